#pragma once
// The records of a log as bytes, and how they hang together (the layout is in persistence/journal.hpp).
// Shared by every form of the journal, so that all of them write the same bytes and find the same faults.

#include "messages/house_event.hpp"
#include "persistence/journal.hpp"

#include <string>
#include <string_view>

namespace sluice {

inline constexpr std::size_t record_key_bytes = 16;

/// A record on its way into the log. Key and value lie in one buffer, which is what the hash is over.
class journal_record {
public:
  /// Encodes the event; its place in the log is still open.
  explicit journal_record(const event& what);
  explicit journal_record(const house_event& what);
  /// Gives it its place and returns its own hash.
  sha256_hash seal(campaign_id campaign, event_number number, const sha256_hash& previous);
  std::string_view key() const { return std::string_view(bytes_).substr(0, record_key_bytes); }
  std::string_view value() const { return std::string_view(bytes_).substr(record_key_bytes); }
  std::size_t size() const { return bytes_.size(); }

private:
  explicit journal_record(std::span<const std::uint8_t> body);

  std::string bytes_;
};

/// The key of a record.
std::string record_key(campaign_id campaign, event_number number);

/// A record's own hash.
sha256_hash record_hash(campaign_id campaign, event_number number, std::string_view value);

/// A log's records as some store holds them, lowest number first.
class record_source {
public:
  virtual ~record_source() = default;
  /// Steps to the next record, or says that there is none (or none that can be read: see `outcome`).
  /// `value` stays valid until the next step.
  virtual bool next(event_number& number, std::string_view& value) = 0;
  /// Why it ended: well, or with what could not be read.
  virtual result<void> outcome() const = 0;
};

/// Visits the events from `from` on and checks numbers, chain and bodies on the way. The source begins
/// with the record before `from`, if there is one: its hash starts the chain.
result<void> visit_events(record_source& records,
                          campaign_id campaign,
                          event_number from,
                          const std::function<bool(const stored_event&)>& visit);

/// Visits the records from `from` on as they are, whatever is wrong with them.
result<void> visit_raw_records(record_source& records,
                               campaign_id campaign,
                               event_number from,
                               const std::function<bool(const raw_record&)>& visit);

} // namespace sluice
