#pragma once
// When letters that were deferred, or are in doubt again, leave once more, and which are given up. Pure.
//
// Letters that are put off together do not come back together: each waits for its delay and up to a quarter more. How
// much is a function of campaign, letter and try, so that nothing needs to be drawn, and takes one of a few values,
// the same for neighbours, so that an event holds few groups.

#include "actors/core/campaign_state.hpp"
#include "actors/core/event_bodies.hpp"
#include "actors/core/retry_settings.hpp"

#include <cstdint>
#include <vector>

namespace sluice {

/// So many values there are, and so many letters beside each other have the same.
inline constexpr std::uint64_t retry_slots = 5;
inline constexpr letter_index retry_slot_letters = 8;

/// How much longer than `delay` a letter waits that was put off so often before: a quarter of it at most.
milliseconds
retry_spread(milliseconds delay, campaign_id campaign, letter_index index, std::uint32_t deferrals_before);

/// A deferral becomes one group for each retry time, and one for those given up. No letter is due again before its
/// delay is over, nor is any, for the spread's sake, later than when it would be given up.
void settle_deferrals(const campaign_state& state,
                      const letter_ranges& letters,
                      const reply& answer,
                      const retry_settings& settings,
                      timestamp now,
                      std::vector<settled_group>& groups);

/// Under `resend` a letter leaves again at once when it is in doubt for the first time. A server that takes a
/// letter and breaks off each time would get it for ever, and may deliver every one: from the second time on it
/// waits as a deferred one does, and is given up as one.
void resend_doubted(const campaign_state& state,
                    const letter_ranges& letters,
                    const retry_settings& settings,
                    timestamp now,
                    event_bodies& events);

} // namespace sluice
