#pragma once
// How an event is stored. A record's body is one CBOR map (RFC 8949):
//
//   { "t": type name, "v": version of that type, "at": milliseconds since 1970, "by": who (left out
//     when it is the engine), and the type's own fields beside them }
//
// Ranges are arrays of [begin, end) pairs flattened: [b0, e0, b1, e1 …]. The same map as JSON is what
// `audit log` and `audit export` print. A reader takes every version ever released (tests/golden).

#include "messages/event.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

nlohmann::json to_json(const event& value);
result<event> event_from_json(const nlohmann::json& value);

/// The stored body, as described above.
std::vector<std::uint8_t> encode_event(const event& value);
/// Any bytes may come in; what is no event is `corrupt`.
result<event> decode_event(std::span<const std::uint8_t> body);

} // namespace sluice
