#pragma once
// Bringing a campaign's state back: the last snapshot, then the log from there.

#include "actors/core/campaign_state.hpp"
#include "persistence/store.hpp"

namespace sluice {

/// The state that the log gives. `not_found` when there is no such campaign, `corrupt` with the event's
/// number when the log cannot be read or breaks a rule.
result<campaign_state> recover(const store& from, campaign_id campaign);

} // namespace sluice
