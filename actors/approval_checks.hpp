#pragma once
// Who would have to approve a draft that is started now, and whether anybody could.

#include "actors/core/campaign_state.hpp"
#include "actors/engine.hpp"

namespace sluice {

/// Reads the draft's log and the tokens.
result<approval_rules> rules_at_start(const engine& services, const campaign_state& draft);

/// Nothing when as many people as the rules ask for may approve it; else `not_allowed_now`, with what to do. A store
/// without any token asks nobody: the program around it says who its people are.
result<void>
check_approvers(const engine& services, const campaign_state& draft, const approval_rules& rules);

} // namespace sluice
