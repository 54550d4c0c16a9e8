#pragma once
// What people and programs ask of a campaign, and the answer. Which command is allowed where, and what
// it does, is one table in actors/decide.cpp.

#include "messages/campaign.hpp"
#include "messages/letter_ranges.hpp"
#include "messages/status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

enum class command_kind : std::uint8_t {
  start,
  approve,
  reject,
  pause,
  resume,
  release,
  cancel,
  edit,            ///< replaces a draft's content (`edited`)
  discard,         ///< deletes a draft
  resend_doubt,    ///< letters in doubt leave again
  give_up_doubt,   ///< letters in doubt are closed as refused
  accept_refusals, ///< provisional refusals become final
  retry_refusals,  ///< letters that were refused provisionally leave again
};

inline constexpr std::size_t command_kind_count = 13;

std::string_view
name_of(command_kind kind); ///< "start" … "give_up_doubt", "accept_refusals", "retry_refusals"
std::optional<command_kind> parse_command_kind(std::string_view text);

/// What an `edit` puts in a draft's place.
struct draft_edit {
  campaign_spec spec;
  audience_ref audience;
  /// The campaign's version that the edit was made from: where it is another by then, the edit is refused with
  /// `conflict`, since it would undo what came between. Nothing: whatever is there is replaced.
  std::optional<event_number> made_from = std::nullopt;
  /// A JSON object of a campaign file's fields: they take the place of the draft's as it is when the edit is carried
  /// out, all others stay, and `spec` says nothing. Empty: `spec` is the whole.
  std::string fields = {};
  bool keeps_audience = false;   ///< with `fields`: the draft's audience stays, `audience` says nothing
  bool accepts_left_out = false; ///< however much of the audience was left out at its import
  bool operator==(const draft_edit&) const = default;
};

/// One command to one campaign.
struct command {
  command_kind kind = command_kind::pause;
  std::string by;                   ///< who asks: a token's name, "engine", an embedding program's word
  std::string reason;               ///< a person's words; may be empty
  std::string idempotency_key;      ///< empty: none; idempotency_key_bytes_max at most
  std::optional<draft_edit> edited; ///< with `edit` only
  /// With `resend_doubt` and `give_up_doubt`: those of them that are in doubt; nothing: all that are. With
  /// `accept_refusals` and `retry_refusals` likewise those that were refused provisionally.
  std::optional<letter_ranges> letters = std::nullopt;
  std::string by_token = {}; ///< the id of the token that `by` names, whose key it is; empty: none
  bool operator==(const command&) const = default;
};

inline constexpr std::size_t idempotency_key_bytes_max = 200;

/// Under what the answer to a key is kept: each asker's keys are their own. An asker is a token's id, or a name where there is
/// none; keys of before are all kept under names.
std::string stored_key(std::string_view asker, std::string_view idempotency_key);

/// What a command that was carried out answers; it is durable by then.
struct command_answer {
  sluice::status status = sluice::status::draft;
  bool changed = false;       ///< false: the campaign already was as asked
  event_number version = 0;   ///< the number of the campaign's last event
  letter_index in_flight = 0; ///< letters claimed and not yet settled at that moment
  bool operator==(const command_answer&) const = default;
};

/// Asks for a new draft.
struct create_campaign {
  campaign_spec spec;
  sluice::audience_id audience; ///< 0: none yet; then the draft cannot be started
  std::string by;
  std::string idempotency_key;
  bool accepts_left_out = false;                         ///< as in draft_edit
  std::optional<campaign_id> copied_from = std::nullopt; ///< the draft is a copy of that campaign
  std::string by_token = {};                             ///< as in command
  bool operator==(const create_campaign&) const = default;

  /// What an idempotency key is kept for: it serves one request only.
  std::string key_use() const { return copied_from ? "copy " + to_string(*copied_from) : "create"; }
};

} // namespace sluice
