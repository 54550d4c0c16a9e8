#pragma once
// The plain text of an HTML body, for a letter that was given none. It is made of the template, not of a letter: its
// tags stand in the text where they stood in the HTML, so that it is compiled once as a text that was given.
//
// A link is `text <https://…>`, a list has `- ` or numbers, a quotation `> `, a table's cells stand side by side with
// ` | ` between, an image is its alternative text. What is hidden (display:none) is left out, as are scripts and
// styles. Lines are wrapped at about 76 columns, but never within a link; what a value is long is not known.

#include <string>
#include <string_view>

namespace sluice {

/// Elements within elements at most, those that HTML closes by itself not counted.
inline constexpr std::size_t html_depth_max = 256;

/// A template for value_escaping::none, UTF-8 with LF line ends. Empty where none can be made: nothing to read is in it, its
/// sections cut through elements that are left out, or elements are nested too deep.
std::string text_of_html(std::string_view html);

} // namespace sluice
