#pragma once
// The JSON forms of the vocabulary: what HTTP speaks, what the command line prints with --json, and
// (as CBOR) what crosses from node to node. Reading checks everything and says what is wrong where.

#include "messages/campaign.hpp"
#include "messages/command.hpp"
#include "messages/view.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace sluice {

nlohmann::json to_json(const plan& value);
nlohmann::json to_json(const campaign_spec& value);
nlohmann::json to_json(const audience_ref& value);
nlohmann::json to_json(const reply& value);
nlohmann::json to_json(const response_group& value);
nlohmann::json to_json(const letter_ranges& value); ///< [begin, end, begin, end …], ends not included
nlohmann::json to_json(const command_answer& value);
nlohmann::json to_json(const drain_outcomes& value); ///< {accepted, refused, deferred, in_doubt, returned}
/// The campaign as interfaces.md has it.
nlohmann::json to_json(const relay_view& value);
nlohmann::json to_json(const campaign_view& value);
/// A problem detail (RFC 9457) without its status: {type, title, detail, code}.
nlohmann::json to_json(const error& value);

/// Reads a campaign file. Unknown fields, wrong types and values out of range are errors that name the
/// field ("plan.parts.every: …"). What the content means is checked by `check_campaign`.
result<campaign_spec> campaign_spec_from_json(const nlohmann::json& value);
/// Reads a campaign out of a log or a snapshot: what to_json wrote, without the limits of the campaign file,
/// which may change while old logs are read for ever.
result<campaign_spec> stored_campaign_spec_from_json(const nlohmann::json& value);
/// A draft with the given fields replaced (PATCH, RFC 7396 merge).
result<campaign_spec> merged_campaign_spec(const campaign_spec& old, const nlohmann::json& patch);
result<plan> plan_from_json(const nlohmann::json& value);
/// The ranges must be sorted, disjoint, not empty, not adjacent, and end at letters_max at most.
result<letter_ranges> letter_ranges_from_json(const nlohmann::json& value);
result<reply> reply_from_json(const nlohmann::json& value);
result<command_answer> command_answer_from_json(const nlohmann::json& value);

/// Parses text that should be JSON; the error says where it is not. Text that is nested more than 32 deep is
/// refused.
result<nlohmann::json> parse_json(std::string_view text);

/// "1 Dec 2026 09:00, 200 letters every 30 min, growing 50% a day": the plan in words, in UTC. Also
/// "now, all at once".
std::string plan_words(const plan& value);

} // namespace sluice
