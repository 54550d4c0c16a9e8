#pragma once
// The house's log: what is done outside campaigns (messages/house_event.hpp), in the journal under the number 0, in records
// like theirs. A change of a table and its event are one write: the tables' own functions append them, so that no way in can
// leave one out.

#include "messages/house_event.hpp"
#include "messages/sha256.hpp"
#include "persistence/journal.hpp"

#include <functional>
#include <vector>

namespace sluice {

/// An event as it was read back.
struct stored_house_event {
  event_number number = 0;
  house_event event;
  sha256_hash previous{}; ///< as stored: the hash of the record before it
  sha256_hash hash{};     ///< of this record
};

class house_log {
public:
  virtual ~house_log() = default;
  /// Appends events of which no table shows anything; durable when it returns, with the last one's number. A time before that
  /// of the last event becomes that one's. Errors as journal::append's.
  virtual result<event_number> record(std::vector<house_event> events) = 0;
  /// The last event's number; 0: there is none. Any thread, and cheap.
  virtual event_number last_number() const = 0;
};

/// Visits the house's events from number `from` on, in order, until the visitor returns false; `corrupt` as journal::read.
result<void> read_house_log(const journal& from_journal,
                            event_number from,
                            const std::function<bool(const stored_house_event&)>& visit);

} // namespace sluice
