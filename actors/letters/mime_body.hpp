#pragma once
// A body's content transfer encoding (RFC 2045): chosen, named, carried out.

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class body_encoding : std::uint8_t { seven_bit, quoted_printable, base64 };

/// "7bit" …
std::string_view name_of(body_encoding encoding);

/// 7bit for lines of at most 998 octets, ASCII and without control characters but tabs; else what comes out
/// shorter. `text` has CRLF line ends and no other CR or LF.
body_encoding encoding_for(std::string_view text);

/// Appends the body, encoded, with CRLF line ends and one at its end.
void append_body(std::string& to, std::string_view text, body_encoding encoding);

} // namespace sluice
