#include "actors/letters/seven_bit.hpp"

#include "actors/letters/mime_header.hpp"

#include <algorithm>
#include <cstring>

namespace sluice {

namespace {

constexpr std::uint64_t each_byte = 0x0101010101010101U;
constexpr std::uint64_t high_bits = each_byte * 0x80U;

/// True when one of eight bytes is below 0x20 or above 0x7e.
bool has_unusual(std::uint64_t bytes) {
  return ((bytes | (bytes + each_byte) | (bytes - each_byte * 0x20U)) & high_bits) != 0;
}

bool is_unusual(char one) {
  const auto byte = static_cast<unsigned char>(one);
  return (byte < 0x20 && one != '\t') || byte > 0x7e;
}

/// Appends what stands before a line's end.
bool append_line(std::string& to, std::string_view line, seven_bit_place& place) {
  if (place.column + line.size() > line_octets_max || !is_plain_line(line))
    return false;
  if (place.column == 0 && line.starts_with('.')) {
    to.push_back('.');
    ++place.stuffed_dots;
  }
  to.append(line);
  place.column += line.size();
  return true;
}

} // namespace

bool is_plain_line(std::string_view line) {
  while (line.size() >= sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, line.data(), sizeof bytes);
    if (has_unusual(bytes) && std::ranges::any_of(line.substr(0, sizeof bytes), is_unusual))
      return false;
    line.remove_prefix(sizeof bytes);
  }
  return std::ranges::none_of(line, is_unusual);
}

bool append_seven_bit(std::string& to, std::string_view text, seven_bit_place& place) {
  if (append_line(to, text, place))
    return true;
  while (!text.empty()) {
    const auto end = std::min(text.find('\r'), text.size());
    if (!append_line(to, text.substr(0, end), place))
      return false;
    if (end == text.size())
      return true;
    to.append("\r\n");
    place.column = 0;
    text.remove_prefix(end + 2);
  }
  return true;
}

} // namespace sluice
