#pragma once
// What the automatic checks say of a campaign that is to be started: asked by `start`, and by those who want to
// know before.

#include "actors/core/moderation.hpp"
#include "actors/directory.hpp"
#include "persistence/store.hpp"

namespace sluice {

/// What the sender of these campaigns has sent so far: the letters of its domain that were accepted.
sender_history history_of(const std::vector<view_ptr>& campaigns, const std::string& from);

/// Why a moderator would have to look at it if it were started now; empty: it would pass. `not_found` when
/// there is no such audience.
result<std::vector<notice>> reasons_at_start(const store& from,
                                             const directory& campaigns,
                                             const moderation_settings& settings,
                                             const campaign_spec& spec,
                                             audience_id audience);

} // namespace sluice
