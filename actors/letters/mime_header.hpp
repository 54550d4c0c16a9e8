#pragma once
// Header fields' values (RFC 5322) in any language (RFC 2047). Whatever the text, it stays inside its field:
// line breaks and other control characters become spaces, lines are folded at 78 octets where there is a
// space and are never over 998.
//
// GMime's own encoders are not used here: they make words over the 75 octets of RFC 2047 section 2, and let
// text through that looks like an encoded word, which a reader would then decode.

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

inline constexpr std::size_t line_octets_max = 998;
inline constexpr std::size_t line_octets_wanted = 78;

/// Appends an unstructured value, such as a Subject's. `column` octets of its line are there already. The
/// CRLF at the end is the caller's. Spaces at both ends are taken off.
void append_header_text(std::string& to, std::size_t column, std::string_view text);

/// Appends `display name <address>`, the name quoted or encoded as it needs to be, or the bare address when
/// there is no name.
void append_mailbox(std::string& to,
                    std::size_t column,
                    std::string_view display_name,
                    std::string_view address);

} // namespace sluice
