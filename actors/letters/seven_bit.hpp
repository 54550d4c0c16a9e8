#pragma once
// Text that needs no content transfer encoding (RFC 2045 section 2.7): ASCII without control characters but tabs,
// lines of at most 998 octets; only the wire's dot-stuffing is done (RFC 5321 section 4.5.2).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// True when a text without line ends is ASCII without control characters but tabs.
bool is_plain_line(std::string_view line);

/// Where 7bit text is: what stands on the line already, and how many dots were put in.
struct seven_bit_place {
  std::size_t column = 0;
  std::uint32_t stuffed_dots = 0;
};

/// Appends `text` (CRLF line ends, no other CR or LF), dot-stuffed. False: it needs an encoding, and what was
/// appended is to be thrown away.
bool append_seven_bit(std::string& to, std::string_view text, seven_bit_place& place);

} // namespace sluice
