#pragma once
// How an event of the house's log is stored. As a campaign's (messages/event_json.hpp) a record's body is one CBOR map
//
//   { "t": type name, "v": version of that type, "at": milliseconds since 1970, "by": who, "token": that token's id (both
//     left out when it is the engine), and the type's own fields beside them }
//
// with keys sorted by their bytes. A field that is empty, zero or false is left out. Hidden addresses of 16 bytes each stand
// one behind the other in one text, base64 (RFC 4648, section 4). The same map as JSON is what `audit export` prints. A reader
// takes every version ever released (tests/golden). Version 2 of `token_created` is for one that expires or has limits.

#include "messages/error.hpp"
#include "messages/house_event.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

nlohmann::json to_json(const house_event& value);
result<house_event> house_event_from_json(const nlohmann::json& value);

/// The stored body. Texts that are not UTF-8 are stored with U+FFFD in place of what is wrong.
std::vector<std::uint8_t> encode_house_event(const house_event& value);
/// Any bytes may come in; what is no event is `corrupt`.
result<house_event> decode_house_event(std::span<const std::uint8_t> body);

} // namespace sluice
