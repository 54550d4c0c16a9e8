#include "actors/letters/quoted_printable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice {

namespace {

/// Room for the = of a soft line break is always left.
constexpr std::size_t text_octets_max = quoted_line_octets_max - 1;

enum class octet : std::uint8_t { literal, blank, quoted, line_end };

constexpr std::array<octet, 256> make_octets() {
  std::array<octet, 256> kinds{};
  for (std::size_t byte = 0; byte < kinds.size(); ++byte)
    kinds[byte] = byte > 0x20 && byte < 0x7f && byte != '=' ? octet::literal : octet::quoted;
  kinds[' '] = kinds['\t'] = octet::blank;
  kinds['\r'] = octet::line_end;
  return kinds;
}

constexpr auto octets = make_octets();

octet octet_kind_of(char one) {
  return octets[static_cast<unsigned char>(one)];
}

bool cannot_begin_line(std::string_view text) {
  return text.starts_with('.') || text.starts_with("From ");
}

bool may_end_line(std::string_view text) {
  return text.size() == 1 || text[1] == '\r';
}

/// Whether the first character must be encoded.
bool is_quoted(std::string_view text, std::size_t column) {
  const auto kind = octet_kind_of(text.front());
  return kind == octet::quoted || (kind == octet::blank && may_end_line(text)) ||
         (column == 0 && cannot_begin_line(text));
}

/// Most values: a few characters that stand for themselves.
bool is_literal(std::string_view text) {
  return std::ranges::all_of(text, [](char one) { return octet_kind_of(one) <= octet::blank; }) &&
         octet_kind_of(text.back()) == octet::literal;
}

} // namespace

std::size_t append_quoted_printable(std::string& to, std::string_view text, std::size_t column) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  if (column > 0 && !text.empty() && column + text.size() <= text_octets_max && is_literal(text)) {
    to.append(text);
    return column + text.size();
  }
  while (!text.empty()) {
    if (text.front() == '\r') {
      to.append("\r\n");
      text.remove_prefix(2);
      column = 0;
      continue;
    }
    const auto quoted = is_quoted(text, column);
    const std::size_t width = quoted ? 3 : 1;
    if (column + width > text_octets_max) {
      to.append(soft_line_break);
      column = 0;
      continue;
    }
    if (const auto byte = static_cast<unsigned char>(text.front()); quoted)
      to.append({'=', digits[byte >> 4U], digits[byte & 0x0fU]});
    else
      to.push_back(text.front());
    text.remove_prefix(1);
    column += width;
  }
  return column;
}

std::size_t quoted_printable_octets(std::string_view text) {
  const auto quoted = std::ranges::count_if(
      text, [](char one) { return one != '\n' && octet_kind_of(one) == octet::quoted; });
  const auto all = text.size() + 2 * static_cast<std::size_t>(quoted);
  return all + all / text_octets_max * soft_line_break.size();
}

} // namespace sluice
