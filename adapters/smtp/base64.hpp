#pragma once
// Base64 (RFC 4648 section 4), as AUTH wants it: with padding, without line breaks.

#include <string>
#include <string_view>

namespace sluice {

std::string to_base64(std::string_view bytes);

} // namespace sluice
