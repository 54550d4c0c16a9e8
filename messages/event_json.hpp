#pragma once
// How an event is stored. A record's body is one CBOR map (RFC 8949):
//
//   { "t": type name, "v": version of that type, "at": milliseconds since 1970, "by": who (left out
//     when it is the engine), and the type's own fields beside them }
//
// The keys are written sorted by their bytes, numbers in their shortest form; a reader takes any order. Ranges
// are arrays of [begin, end) pairs flattened: [b0, e0, b1, e1 …], sorted, apart from each other, one at least.
// A group of outcomes has "code", "enhanced" and "text" only where they say something, and "retry_at" only
// when it is deferred; "doubt_settled" has it in its second version, where the letters wait. In their second versions "submitted" has
// "notices" beside its reasons, "paused", "relay_failed" and a group of "settled" a "notice" beside their text
// (messages/notice.hpp); where there is none, the event is of the first version. "resumed" and "released" have a "trial"
// in their second versions, "claimed" a "relay", "created" and "edited" one in their "spec". In the third of
// "doubt_settled" "relay_is_gone" is true. In the third of "settled" a deferred group that is a provisional refusal has "provisional"
// and no "retry_at". In the third of "submitted" and the second of "approved" "content" has "hashes", of each part of
// content_part_names one, and "relays", by name; "submitted" has "approval" as well: "two_people", "needed",
// "expires_ms", "author" and "last_editor". The same map as JSON is what
// `audit log` and `audit export` print. A reader takes every version ever released (tests/golden).

#include "messages/event.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

nlohmann::json to_json(const event& value);
result<event> event_from_json(const nlohmann::json& value);

/// The stored body, as described above. Texts that are not UTF-8 are stored with U+FFFD in place of what is
/// wrong. An event about letters that names none, or has a claim for an outcome, is a broken_invariant.
std::vector<std::uint8_t> encode_event(const event& value);
/// Any bytes may come in; what is no event is `corrupt`.
result<event> decode_event(std::span<const std::uint8_t> body);

} // namespace sluice
