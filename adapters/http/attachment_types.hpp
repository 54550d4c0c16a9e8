#pragma once
// What an uploaded file is called and of what type it is.

#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace sluice {

/// The last part of a path, as a file's name. `invalid_input` for one that is empty, too long, no UTF-8 or has control
/// characters.
result<std::string> attachment_name(std::string_view given);

/// The type that was said, without parameters; where none was, or only that it is bytes, the one that goes with the
/// name's extension. `invalid_input` for what is no media type (RFC 6838 section 4.2).
result<std::string> attachment_type(std::string_view said, std::string_view name);

} // namespace sluice
