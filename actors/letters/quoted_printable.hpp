#pragma once
// Quoted-printable (RFC 2045 section 6.7), in pieces: text is encoded from any column on.
//
// Lines have at most 76 octets. A blank at a piece's end is encoded, since a line may end behind it; so are, where
// a line begins, a dot (no dot-stuffing is ever needed) and "From " (RFC 2049 section 3: mailboxes in one file
// would alter it).

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

inline constexpr std::size_t quoted_line_octets_max = 76;
inline constexpr std::string_view soft_line_break = "=\r\n";

/// Appends `text` (CRLF line ends, no other CR or LF), where `column` octets stand on the line already, at most 75;
/// gives the column behind it, which is at most 75 too, so that a soft line break fits in any case.
std::size_t append_quoted_printable(std::string& to, std::string_view text, std::size_t column);

/// About how many octets a text comes out as.
std::size_t quoted_printable_octets(std::string_view text);

} // namespace sluice
