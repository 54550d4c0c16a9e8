#include "persistence/postgres/records.hpp"

#include "messages/house_event_json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

/// Read at once: by number, and not much over so many bytes (a record may have a megabyte).
constexpr std::int64_t records_at_once = 2'000;
constexpr std::int64_t bytes_at_once = 4LL << 20;

} // namespace

sha256_hash hash_in(std::string_view bytes) {
  sha256_hash hash{};
  if (bytes.size() == hash.size())
    std::ranges::copy(bytes, hash.begin());
  return hash;
}

std::optional<timestamp> time_of_house_record(std::string_view record) {
  if (record.size() < std::tuple_size_v<sha256_hash>)
    return std::nullopt;
  const auto body = record.substr(std::tuple_size_v<sha256_hash>);
  const auto decoded = decode_house_event({reinterpret_cast<const std::uint8_t*>(body.data()), body.size()});
  return decoded ? std::optional(decoded->at) : std::nullopt;
}

bool postgres_records::next(event_number& number, std::string_view& value) {
  if (rows_ && at_ == rows_->size())
    rows_.reset();
  if (!rows_) {
    if (is_over_)
      return false;
    pg_parameters of;
    of.add(static_cast<std::int64_t>(campaign_.value))
        .add(static_cast<std::int64_t>(next_))
        .add(records_at_once)
        .add(bytes_at_once);
    auto read = database_.run(
        fmt::format("cannot read the log of campaign {}", to_string(campaign_)),
        "SELECT number, record FROM (SELECT number, record, sum(length(record)) OVER "
        "(ORDER BY number) - length(record) AS "
        "before FROM (SELECT number, record FROM events WHERE campaign = $1 AND number "
        ">= $2 ORDER BY number LIMIT $3) AS counted_before) AS counted WHERE before < $4 ORDER BY number",
        of);
    if (!read) {
      outcome_ = std::unexpected(read.error());
      is_over_ = true;
      return false;
    }
    if (read->empty()) {
      is_over_ = true;
      return false;
    }
    rows_ = *std::move(read);
    at_ = 0;
  }
  number = static_cast<event_number>(rows_->number(at_, 0));
  value = rows_->bytes(at_, 1);
  next_ = number + 1;
  ++at_;
  return true;
}

result<void> postgres_records::outcome() const {
  return outcome_;
}

} // namespace sluice
