#pragma once
// What a store keeps of an audience besides its rows:
//
//   4 bytes   its size, big-endian
//   the rest  a CBOR map {"name", "roles", "columns": [text …], "hash", "at": ms since 1970}; "root" in one of an audience of
//             before is the hash of its tree, once one was made
//
// and of one that was deleted a CBOR map {"name", "size", "hash", "at": ms since 1970}.

#include "messages/audience.hpp"
#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace sluice {

std::string encode_audience_info(const audience_info& info);
result<audience_info> decode_audience_info(audience_id id, std::string_view value);
/// The stored form with another text in one field of its map; all else of it stays.
result<std::string>
with_text(audience_id id, std::string_view value, const char* field, const std::string& text);

std::string encode_deleted(const audience_info& info, timestamp at);
/// The error that a question about it is answered with.
std::unexpected<error> deletion_of(audience_id id, std::string_view value);

} // namespace sluice
