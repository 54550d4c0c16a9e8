#pragma once
// What approvals are worth: who may give one, how many there are, for how long they hold, and what becomes of a campaign
// whose content is not the one that was approved.

#include "actors/core/campaign_state.hpp"
#include "actors/core/event_bodies.hpp"
#include "messages/command.hpp"
#include "messages/error.hpp"

#include <optional>

namespace sluice {

/// The approvals of this content, each of another person, that are not too old at `now`.
std::size_t approvals_that_count(const campaign_state& state, const std::string& content_hash, timestamp now);

/// Whether people approved it and, since an approval expires, too few of these approvals are left at `now`.
bool is_approval_expired(const campaign_state& state, timestamp now);

/// One person's approval of a campaign that waits for it: `approval_given`, or `approved` when it is the last that was
/// needed. None when that person has given theirs. `content`: what would leave as things are. `not_permitted` for its
/// author and its last editor where two people are needed.
result<event_bodies> decide_approval(const campaign_state& state,
                                     const command& asked,
                                     const std::optional<content_parts>& content,
                                     timestamp now);

/// The hold `content_changed`, which names each part that differs from what was approved, or checked at `start`; none
/// where nothing does, or the campaign does not send, or is held. A campaign of before is compared by the definition of its
/// hash.
event_bodies decide_content(const campaign_state& state, const content_parts& now);

/// The same where a builder found that rows are not those that the log has the hash of.
event_bodies decide_changed_rows(const campaign_state& state, const notice& what);

} // namespace sluice
