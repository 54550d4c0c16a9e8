#pragma once
// State × event → state. The only way a campaign's state changes, live as in replay; pure.

#include "actors/core/campaign_state.hpp"

namespace sluice {

/// Applies the next event. Asserts (broken_invariant) what no right log contains: letters outside the
/// circulation, letters settled that were not claimed, anything after the end but late outcomes.
void evolve(campaign_state& state, const event& next);

/// The state of a campaign before its first event.
campaign_state initial_state(campaign_id id);

} // namespace sluice
