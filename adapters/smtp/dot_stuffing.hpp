#pragma once
// A message as it stands on the wire (RFC 5321 section 4.5.2): a dot more before each line that begins with
// one, CRLF at every line's end and nothing else that could end a line, so that no reader sees an end of
// data where there is none.

#include <string>
#include <string_view>

namespace sluice {

/// True when the message can go as it is: ends in CRLF, has no CR or LF outside CRLF, no line with a dot first.
bool is_wire_form(std::string_view message);

/// Puts the message's wire form into `wire`, without the end of data. A lone CR or LF becomes CRLF, and a
/// last line without an end gets one.
void to_wire_form(std::string_view message, std::string& wire);

} // namespace sluice
