#pragma once
// What the relay and the builder say became of letters → events. Pure.

#include "actors/core/campaign_state.hpp"
#include "actors/core/event_bodies.hpp"
#include "actors/core/result_group.hpp"
#include "actors/core/retry_settings.hpp"
#include "actors/core/suspicion_settings.hpp"

#include <vector>

namespace sluice {

/// The relay's results as events: refusals that may not be about their letters are provisional, deferrals get their
/// delay or are given up, doubt is settled by the campaign's policy, many refusals lay a hold, the last outcome ends
/// the campaign (or the wait that a stop began). Results for letters that are not claimed (they were settled in
/// another way meanwhile) are left out. Letters in doubt whose relay is none of `relays` are a person's to decide about.
event_bodies decide_results(const campaign_state& state,
                            const std::vector<result_group>& results,
                            const retry_settings& retries,
                            const suspicion_settings& suspicion,
                            timestamp now,
                            const relay_names& relays = one_relay());

/// After a restart: letters that were to leave again out of doubt, and whose relay is there no longer, are in doubt as
/// before.
event_bodies decide_without_relay(const campaign_state& state, const relay_names& relays);

/// Letters that are never offered, with the reason of each group.
event_bodies decide_skips(const campaign_state& state,
                          const std::vector<settled_group>& skips,
                          const suspicion_settings& suspicion);

/// Adds `finished` when the events leave no letter open. Counting is enough: no need to apply them.
void finish_if_whole(const campaign_state& state, event_bodies& events);

/// True when a letter is in doubt because the engine ended.
bool is_of_restart(const reply& answer);

/// After a restart: what was claimed and has no outcome is in doubt, as if the relay had said so.
std::vector<result_group> results_of_restart(const campaign_state& state,
                                             const relay_names& relays = one_relay());

} // namespace sluice
