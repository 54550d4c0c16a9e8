#pragma once
// Base64 (RFC 4648) by OpenSSL, for what fits into memory many times over: secrets, words of a header.

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// Section 4: with padding, without line breaks.
void append_base64(std::string& to, std::string_view bytes);
std::string to_base64(std::string_view bytes);
/// Reads what to_base64 wrote; nothing for any other text.
std::optional<std::string> from_base64(std::string_view text);

/// Section 5, for URLs and names of files: `-` and `_` for `+` and `/`, without padding.
std::string to_base64url(std::string_view bytes);

} // namespace sluice
