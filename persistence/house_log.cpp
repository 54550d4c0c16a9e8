#include "persistence/house_log.hpp"

#include "messages/house_event_json.hpp"

#include <fmt/format.h>

namespace sluice {

namespace {

std::unexpected<error> damaged_house_log(event_number number, std::string_view what) {
  return failure(error_code::corrupt, notice{"house_log_damaged", {{"number", number}, {"fault", what}}});
}

} // namespace

result<void> read_house_log(const journal& from_journal,
                            event_number from,
                            const std::function<bool(const stored_house_event&)>& visit) {
  const auto first = std::max<event_number>(from, 1);
  auto expected = first > 1 ? first - 1 : first;
  sha256_hash previous{};
  std::optional<std::unexpected<error>> fault;
  const auto read = from_journal.read_raw(house_log_id, expected, [&](const raw_record& record) {
    const auto stop = [&](std::string_view what) {
      fault = damaged_house_log(record.number, what);
      return false;
    };
    if (record.number != expected)
      return stop("an event before it is missing");
    if (!record.is_whole)
      return stop("the record is cut short");
    ++expected;
    if (record.number < first) {
      previous = record.hash;
      return true;
    }
    if (record.previous != previous)
      return stop("it does not follow from the record before it");
    auto decoded = decode_house_event(record.body);
    if (!decoded)
      return stop(decoded.error().message);
    previous = record.hash;
    return visit({record.number, *std::move(decoded), record.previous, record.hash});
  });
  if (fault)
    return *fault;
  return read;
}

} // namespace sluice
