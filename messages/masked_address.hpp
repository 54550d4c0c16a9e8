#pragma once
// Texts without the address that they name.

#include <string>
#include <string_view>

namespace sluice {

/// Whether the text has the address in it, in whatever case.
bool names_address(std::string_view text, std::string_view address);

/// The text with each place that names the address, in whatever case, replaced by "<recipient>".
std::string without_address(std::string_view text, std::string_view address);

/// The address as those see it who may see none: "a…@example.com".
std::string masked_address(std::string_view address);

} // namespace sluice
