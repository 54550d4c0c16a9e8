#pragma once
// What a log tells of the past: the state then, what changed between two moments, one recipient's whole story,
// and the records themselves for other tools to check. Reads the store and disturbs no actor.

#include "messages/view.hpp"
#include "persistence/store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Up to where a log is replayed: to an event, to a moment, or (neither) to its end.
struct replay_point {
  std::optional<event_number> number;
  std::optional<timestamp> time;
};

/// The state at that point, shown as of the event's time, or as of the moment that was asked for. `not_found`
/// where the log has no such event, or had not begun by then.
result<campaign_view> replay_log(const store& from, campaign_id campaign, const replay_point& upto);

/// What changed after event `first` up to event `last`, as JSON:
///
///   { "campaign", "from": {"number", "at"}, "to": {"number", "at"},
///     "changed": [{"field": "counts.pending", "before": …, "after": …} …],   fields of the campaign's JSON
///     "letters": [{"before": "pending", "after": "accepted", "count": 20, "letters": [0, 20]} …] }
result<nlohmann::json>
compare_log(const store& from, campaign_id campaign, event_number first, event_number last);

/// Every event that touches one recipient's letter, and those that touch the whole campaign; of an event about
/// many letters what it says of this one, with the relay's words.
result<std::vector<stored_event>>
letter_story(const store& from, campaign_id campaign, std::string_view address);

/// Whether the row that the letter is made of is the one that the campaign's log has the hash of:
///
///   { "audience": "a1", "row": 7, "sealed": true, "erased": false, "leaf": 64 hex digits, "hash": the audience's }
///
/// `sealed` is true where the row leads to that hash (persistence/audience_tree.hpp).
result<nlohmann::json> recipient_proof(const store& from, campaign_id campaign, std::string_view address);

/// The event as the log's readers show it: its own JSON with `number`, `at` (RFC 3339), `previous`, `hash`.
nlohmann::json to_json(const stored_event& entry);

/// One line of an export (without the line feed), from which another tool can check the chain:
///
///   { "campaign": "c1", "number": 7, "previous": 64 hex digits, "hash": 64 hex digits,
///     "body": the stored bytes of the event (CBOR, see messages/event_json.hpp), in hexadecimal,
///     "event": the same as JSON; null where it cannot be read }
///
/// The record's hash is SHA-256 over these bytes, one after the other:
///
///   8 bytes   the campaign's number, big end first (c1 is 1)
///   8 bytes   the event's number, big end first
///   32 bytes  `previous`: the hash of event number - 1 of the same campaign; zeros for event 1
///   the rest  `body`
///
/// tests/e2e/check_chain.py checks an export in twenty lines. Records are exported just as they lie there, faults
/// and all: judging them is the reader's.
nlohmann::json export_line(campaign_id campaign, const raw_record& record);

/// The logs of an export: one, which must be there, or those of all campaigns.
result<std::vector<campaign_id>> campaigns_to_export(const store& from, std::optional<campaign_id> only);

} // namespace sluice
