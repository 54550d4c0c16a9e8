#pragma once
// UTF-8 (RFC 3629) as a gate: every text that comes in is checked once.

#include <cstdint>
#include <string_view>

namespace sluice {

/// True when every byte belongs to a well-formed, shortest, non-surrogate sequence.
inline bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t offset) -> std::uint32_t {
      return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0;
    };
    const auto lead = byte(0);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4)
      return false;
    std::uint32_t point = lead & (0x7FU >> length);
    for (std::size_t offset = 1; offset < length; ++offset) {
      if ((byte(offset) & 0xC0U) != 0x80U)
        return false;
      point = point << 6U | (byte(offset) & 0x3FU);
    }
    const auto is_overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (is_overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
      return false;
    at += length;
  }
  return true;
}

} // namespace sluice
