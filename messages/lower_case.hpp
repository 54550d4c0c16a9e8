#pragma once
// Letters without regard to case.

namespace sluice {

/// Of the alphabets that columns' names are usually written in: ASCII, Latin-1, Greek and Cyrillic; any other character as it is.
constexpr char32_t lower_case(char32_t one) {
  const auto is_within = [one](char32_t first, char32_t last) { return one >= first && one <= last; };
  if (is_within(U'A', U'Z') || (is_within(0xC0, 0xDE) && one != 0xD7) || is_within(0x391, 0x3A9) ||
      is_within(0x410, 0x42F))
    return one + 0x20;
  return is_within(0x400, 0x40F) ? one + 0x50 : one;
}

/// Of ASCII alone, as the octets of addresses, domains and protocols compare.
constexpr char ascii_lower_case(char one) {
  return one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one;
}

constexpr bool is_same_ascii_letter(char left, char right) {
  return ascii_lower_case(left) == ascii_lower_case(right);
}

} // namespace sluice
