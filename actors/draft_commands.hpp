#pragma once
// What must be found out before a draft is made, edited, started or discarded: its key's first answer, moderation's
// checks, the audience, the fields that an edit leaves as they are. All of it reads the store or takes long for a large
// message, so it runs on the store's threads; the campaign's actor then decides at once.
//
// The supervisor prepares one such command of a campaign at a time and the next when that is answered: nothing comes
// between what was looked at and what is decided.

#include "actors/core/campaign_state.hpp"
#include "actors/core/start_check.hpp"
#include "actors/engine.hpp"
#include "messages/command.hpp"
#include "messages/principal.hpp"

#include <memory>
#include <optional>

namespace sluice {

/// A command that its campaign's actor can decide, or the answer that it had before.
struct prepared_command {
  command asked;
  start_check checked;
  std::optional<command_answer> kept;    ///< under the same idempotency key
  std::shared_ptr<campaign_state> state; ///< what it was prepared from; none with `kept`
};

/// For `edit`, `start` and `discard`. `not_found` when there is no such campaign, and what the checks say.
result<prepared_command> prepare_command(const engine& services, campaign_id id, command asked);

/// The answer that a command had under its key before its campaign was discarded; `not_found` when it had none.
result<command_answer> answer_of_gone(const engine& services, campaign_id id, const command& asked);

/// A draft that can be written, or the one that its key made before.
struct prepared_draft {
  campaign_id id;
  campaign_spec spec;
  audience_ref audience;
  std::optional<campaign_id> kept; ///< all else is empty then
};

result<prepared_draft> prepare_draft(const engine& services, create_campaign wanted);

/// Under what a key of theirs is kept: the token's id, since another may have the name some day; the name of who has no token.
std::string key_under(const principal& by, std::string_view idempotency_key);

/// What a key of theirs was answered with, also one of before, kept under the name; nothing where it is new.
result<std::optional<key_record>>
find_answer(const journal& from, const principal& by, std::string_view idempotency_key);

/// The draft that this key of theirs made before; nothing where it is new, or there is none. `conflict` where it was given
/// for another request: `use` is create_campaign::key_use.
result<std::optional<campaign_id>> draft_made_before(const store& from,
                                                     const principal& by,
                                                     std::string_view idempotency_key,
                                                     std::string_view use);

} // namespace sluice
