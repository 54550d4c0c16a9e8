#pragma once
// Bringing a campaign's state back: the last snapshot, then the log from there.

#include "actors/core/campaign_state.hpp"
#include "persistence/store.hpp"

namespace sluice {

/// The state that the log gives. `not_found` when there is no such campaign, `corrupt` with the event's
/// number when the log cannot be read or breaks a rule.
result<campaign_state> recover(const store& from, campaign_id campaign);

/// The campaign's content as the log gives it, with the message's text and HTML, which no view in the directory has.
/// Reads the store, but no letters. Errors as `recover`.
result<campaign_spec> content_of(const store& from, campaign_id campaign);

/// The relay's answers of a campaign in the directory: what its view has, or where it is final the store. Errors as
/// `recover`.
result<std::vector<response_group>> responses_of(const store& from, const campaign_view& campaign);

} // namespace sluice
