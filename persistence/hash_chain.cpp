#include "persistence/hash_chain.hpp"

#include "messages/event_json.hpp"
#include "messages/house_event_json.hpp"
#include "persistence/big_endian.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace sluice {

namespace {

constexpr std::size_t previous_bytes = std::tuple_size_v<sha256_hash>;
constexpr std::size_t body_offset = record_key_bytes + previous_bytes;

std::array<char, record_key_bytes> key_bytes(campaign_id campaign, event_number number) {
  std::array<char, record_key_bytes> key;
  write_big_endian(key.data(), campaign.value);
  write_big_endian(key.data() + 8, number);
  return key;
}

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::unexpected<error> fault(campaign_id campaign, event_number number, std::string_view what) {
  return failure(error_code::corrupt,
                 fmt::format("the log of campaign {} is damaged at event {}: {}; `sluice audit verify` lists "
                             "every fault, and a copy of the data folder from before brings it back",
                             to_string(campaign), number, what));
}

} // namespace

journal_record::journal_record(const event& what) : journal_record(encode_event(what)) {}

journal_record::journal_record(const house_event& what) : journal_record(encode_house_event(what)) {}

journal_record::journal_record(std::span<const std::uint8_t> body) {
  bytes_.reserve(body_offset + body.size());
  bytes_.resize(body_offset);
  bytes_.append(reinterpret_cast<const char*>(body.data()), body.size());
}

sha256_hash journal_record::seal(campaign_id campaign, event_number number, const sha256_hash& previous) {
  write_big_endian(bytes_.data(), campaign.value);
  write_big_endian(bytes_.data() + 8, number);
  std::memcpy(bytes_.data() + record_key_bytes, previous.data(), previous.size());
  return sha256(bytes_);
}

std::string record_key(campaign_id campaign, event_number number) {
  const auto key = key_bytes(campaign, number);
  return {key.data(), key.size()};
}

sha256_hash record_hash(campaign_id campaign, event_number number, std::string_view value) {
  const auto key = key_bytes(campaign, number);
  return sha256(std::string_view(key.data(), key.size()), value);
}

result<void> visit_events(record_source& records,
                          campaign_id campaign,
                          event_number from,
                          const std::function<bool(const stored_event&)>& visit) {
  const auto first = std::max<event_number>(from, 1);
  auto expected = first > 1 ? first - 1 : first;
  sha256_hash previous{};
  event_number number = 0;
  std::string_view value;
  while (records.next(number, value)) {
    if (number != expected)
      return fault(campaign, expected, fmt::format("it is missing, the next one is {}", number));
    if (value.size() < previous_bytes)
      return fault(campaign, number, "the record is too short");
    const auto hash = record_hash(campaign, number, value);
    if (number >= first) {
      // Only the record before `from` is taken as it is: what it hangs on was not asked for.
      if (std::memcmp(value.data(), previous.data(), previous_bytes) != 0)
        return fault(campaign, number, "it does not follow from the record before it");
      auto decoded = decode_event(as_bytes(value.substr(previous_bytes)));
      if (!decoded)
        return fault(campaign, number, decoded.error().message);
      if (!visit(stored_event{number, *std::move(decoded), previous, hash}))
        return {};
    }
    previous = hash;
    ++expected;
  }
  return records.outcome();
}

result<void> visit_raw_records(record_source& records,
                               campaign_id campaign,
                               event_number from,
                               const std::function<bool(const raw_record&)>& visit) {
  event_number number = 0;
  std::string_view value;
  while (records.next(number, value)) {
    if (number < from)
      continue;
    raw_record record{.number = number,
                      .previous = {},
                      .hash = record_hash(campaign, number, value),
                      .body = {},
                      .is_whole = value.size() >= previous_bytes};
    if (record.is_whole) {
      std::memcpy(record.previous.data(), value.data(), previous_bytes);
      record.body = as_bytes(value.substr(previous_bytes));
    }
    if (!visit(record))
      return {};
  }
  return records.outcome();
}

} // namespace sluice
