#pragma once
// What a campaign takes from the store beside its audience: partials, as they are when it is made or edited, and the files
// that its letters carry.

#include "actors/letters/attachment_part.hpp"
#include "messages/audience.hpp"
#include "messages/campaign.hpp"
#include "persistence/store.hpp"

namespace sluice {

/// The files that letters carry. The store outlives it.
attachment_source attachments_in(const store& from);

/// Puts into the content the partials that its templates name, in their current versions, and of each attachment what
/// the store knows: name and type where these were not given. `invalid_input` for what is not there, and
/// for a field that an audience (0: none yet) has not.
result<void> take_parts(const store& from, campaign_spec& spec, audience_id audience);

} // namespace sluice
