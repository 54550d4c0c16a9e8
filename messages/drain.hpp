#pragma once
// What a pause or a cancel leaves to be waited for: letters that were in flight when it came. None follows
// them; each gets its outcome, and with the last of them the stop is complete.

#include "messages/outcome.hpp"
#include "messages/time.hpp"

#include <optional>

namespace sluice {

/// What became of letters that were in flight when their campaign was stopped.
struct drain_outcomes {
  letter_index accepted = 0;
  letter_index refused = 0;
  letter_index deferred = 0;
  letter_index in_doubt = 0;
  letter_index returned = 0; ///< back to pending: their end of data was never sent
  bool operator==(const drain_outcomes&) const = default;
  letter_index total() const { return accepted + refused + deferred + in_doubt + returned; }
};

/// Where letters of that outcome are counted; null for skipped ones, which were never in flight.
letter_index* counter_of(drain_outcomes& outcomes, letter_state outcome);

/// How far a stop has come.
struct drain {
  timestamp since;
  letter_index in_flight = 0; ///< at that moment
  drain_outcomes outcomes;    ///< so far
  std::optional<timestamp> ended_at;
  bool operator==(const drain&) const = default;
};

} // namespace sluice
