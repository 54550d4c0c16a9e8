#pragma once
// The preheader: the line that a mailbox shows behind the subject. It takes the letter's first text, so a hidden one is
// put where the HTML's body begins.

#include <string>
#include <string_view>

namespace sluice {

/// The HTML template with the preheader, itself a template without markup, at the beginning of its body; without a
/// preheader as it is.
std::string with_preheader(std::string_view html, std::string_view preheader);

} // namespace sluice
