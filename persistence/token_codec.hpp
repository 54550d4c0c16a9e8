#pragma once
// How a token is stored, under the SHA-256 of its secret (32 bytes): a CBOR map
// {"name": text, "role": its name, "at": milliseconds since 1970}, and where there is one
// "id": text, of a secret that is not the token's first; "until": milliseconds since 1970, when it expires; "domains", "tags":
// lists of texts, its scope; "old": true, of a secret that another has superseded.

#include "persistence/tokens.hpp"

#include <string>
#include <string_view>

namespace sluice {

std::string encode_token(const sha256_hash& hash, const token_info& info);
/// Takes what any version has stored; else `corrupt`.
result<token_info> decode_token(const sha256_hash& hash, std::string_view value);

} // namespace sluice
