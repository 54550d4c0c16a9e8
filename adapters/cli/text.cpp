#include "adapters/cli/text.hpp"

#include "messages/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace sluice::cli {
namespace {

/// The first character of a text that is not empty; a byte that is no UTF-8 counts as one, too.
struct character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool is_valid = false;
};

character first_of(std::string_view text) {
  const auto found = utf8_character_at(text, 0);
  return found.bytes == 0 ? character{} : character{found.point, found.bytes, true};
}

/// C0 and C1 controls, line separators, and marks that change the writing direction.
bool acts_on_terminal(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E ||
         code == 0x200F || code == 0x2028 || code == 0x2029 || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

void append_escaped(std::string& into, char32_t code) {
  switch (code) {
  case '\n':
    into += "\\n";
    return;
  case '\r':
    into += "\\r";
    return;
  case '\t':
    into += "\\t";
    return;
  default:
    const auto number = static_cast<std::uint32_t>(code);
    into += code < 0x80 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
  }
}

using code_range = std::pair<char32_t, char32_t>;

/// Combining marks and joiners: no column of their own (the common blocks of Unicode 15).
constexpr std::array<code_range, 9> zero_width{{{0x0300, 0x036F},
                                                {0x0483, 0x0489},
                                                {0x0591, 0x05BD},
                                                {0x064B, 0x065F},
                                                {0x1AB0, 0x1AFF},
                                                {0x200B, 0x200D},
                                                {0x20D0, 0x20FF},
                                                {0xFE00, 0xFE0F},
                                                {0xFE20, 0xFE2F}}};

/// East Asian wide and emoji: two columns (UAX #11, the common blocks).
constexpr std::array<code_range, 11> double_width{{{0x1100, 0x115F},
                                                   {0x2E80, 0x303E},
                                                   {0x3041, 0xA4CF},
                                                   {0xAC00, 0xD7A3},
                                                   {0xF900, 0xFAFF},
                                                   {0xFE30, 0xFE6F},
                                                   {0xFF00, 0xFF60},
                                                   {0xFFE0, 0xFFE6},
                                                   {0x1F300, 0x1F64F},
                                                   {0x1F680, 0x1F9FF},
                                                   {0x20000, 0x3FFFD}}};

template <std::size_t Count>
bool is_in(const std::array<code_range, Count>& ranges, char32_t code) {
  return std::ranges::any_of(ranges,
                             [code](const code_range& r) { return code >= r.first && code <= r.second; });
}

std::size_t columns_of(char32_t code) {
  return is_in(zero_width, code) ? 0 : is_in(double_width, code) ? 2 : 1;
}

} // namespace

std::string shown(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const auto next = first_of(text);
    if (!next.is_valid)
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    else if (acts_on_terminal(next.code))
      append_escaped(safe, next.code);
    else
      safe += text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
  }
  return safe;
}

std::string shown_json(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const auto next = first_of(text);
    // What is below a blank stands between values: within texts it is escaped.
    if (next.is_valid && next.code >= 0x20 && acts_on_terminal(next.code))
      safe += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(next.code));
    else
      safe += text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
  }
  return safe;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto next = first_of(text);
    width += next.is_valid ? columns_of(next.code) : 1;
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::string cut(std::string_view text, std::size_t width) {
  if (display_width(text) <= width)
    return std::string{text};
  if (width == 0)
    return {};
  std::size_t taken_bytes = 0;
  std::size_t taken_width = 0;
  while (taken_bytes < text.size()) {
    const auto next = first_of(text.substr(taken_bytes));
    const auto columns = next.is_valid ? columns_of(next.code) : 1;
    if (taken_width + columns > width - 1)
      break;
    taken_width += columns;
    taken_bytes += next.bytes;
  }
  return std::string{text.substr(0, taken_bytes)} + "…";
}

std::string padded(std::string_view text, std::size_t width, align where) {
  const auto own = display_width(text);
  const std::string space(own < width ? width - own : 0, ' ');
  return where == align::left ? std::string{text} + space : space + std::string{text};
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

} // namespace sluice::cli
