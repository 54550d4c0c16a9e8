#pragma once
// Blanks around a text: what people and editors put there, and no reader means.

#include <string_view>

namespace sluice {

/// Those within a line, as of a header's field.
inline constexpr std::string_view line_blanks = " \t";

/// Without the blanks at both ends; empty where there is nothing else.
constexpr std::string_view without_blanks(std::string_view text, std::string_view blanks = " \t\r\n") {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

} // namespace sluice
