#pragma once
// When letters that were deferred, or are in doubt again, leave once more, and which are given up. Pure.

#include "actors/core/campaign_state.hpp"
#include "actors/core/event_bodies.hpp"
#include "actors/core/retry_settings.hpp"

#include <vector>

namespace sluice {

/// A deferral becomes one group for each delay, and one for those given up.
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
