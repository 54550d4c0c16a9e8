#pragma once
// What a state calls for by itself, and the holds that refusals lay. Pure.

#include "actors/core/campaign_state.hpp"
#include "actors/core/event_bodies.hpp"
#include "actors/core/retry_settings.hpp"
#include "actors/core/suspicion_settings.hpp"

namespace sluice {

/// What the state calls for by itself: a trial is over, refusals are final or lay a hold, the last try of letters that
/// were refused provisionally, the end. Called again after its events are applied, until there are none.
event_bodies decide_consequences(const campaign_state& state,
                                 const retry_settings& retries,
                                 const suspicion_settings& suspicion,
                                 timestamp now);

/// The relay takes nothing from this campaign's sender.
event_bodies decide_sender_refused(const campaign_state& state, const reply& said);

} // namespace sluice
