#pragma once
// UTF-8 (RFC 3629) as a gate: every text that comes in is checked once, and what is shown to people or
// stored as text is made to pass.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// A well-formed character: how many bytes it takes and which it is.
struct utf8_character {
  std::size_t bytes = 0; ///< 0: none stands there
  char32_t point = 0;
};

/// The character that begins at `at`; bytes is 0 where no well-formed, shortest, non-surrogate one does.
inline utf8_character utf8_character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t offset) -> char32_t {
    return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0;
  };
  const auto lead = byte(0);
  if (at < text.size() && lead < 0x80)
    return {1, lead};
  if (lead < 0xC2 || lead > 0xF4)
    return {};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  char32_t point = lead & (0x7FU >> bytes);
  for (std::size_t offset = 1; offset < bytes; ++offset) {
    if ((byte(offset) & 0xC0U) != 0x80U)
      return {};
    point = point << 6U | (byte(offset) & 0x3FU);
  }
  const auto is_overlong = (bytes == 3 && point < 0x800) || (bytes == 4 && point < 0x10000);
  if (is_overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
    return {};
  return {bytes, point};
}

/// True when every byte belongs to a well-formed, shortest, non-surrogate sequence.
inline bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const auto bytes = utf8_character_at(text, at).bytes;
    if (bytes == 0)
      return false;
    at += bytes;
  }
  return true;
}

/// The text with U+FFFD in place of every byte that is not UTF-8.
std::string as_utf8(std::string_view text);

/// The text in double quotes for a message to people: UTF-8, without control characters, cut after
/// `bytes_max` at a character's end, with … where something is missing.
std::string quoted_excerpt(std::string_view text, std::size_t bytes_max = 60);
/// The same without the quotes, for a notice's parameter.
std::string excerpt(std::string_view text, std::size_t bytes_max = 60);

} // namespace sluice
