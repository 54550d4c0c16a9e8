#pragma once
// Sentences out of words and numbers, in one allocation or a few. (GCC 12 has no std::format.)

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::cli {

inline void append_part(std::string& into, std::string_view part) {
  into += part;
}

inline void append_part(std::string& into, char part) {
  into += part;
}

template <std::integral Number>
  requires(!std::same_as<Number, char> && !std::same_as<Number, bool>)
void append_part(std::string& into, Number part) {
  into += std::to_string(part);
}

/// concat("c", 17, " is held") → "c17 is held"
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::string text;
  (append_part(text, parts), ...);
  return text;
}

/// The number with so many digits behind the point: "3.1".
inline std::string fixed(double number, int digits) {
  std::array<char, 64> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed, digits);
  return end.ec == std::errc{} ? std::string{text.data(), end.ptr} : std::string{"?"};
}

/// At least `digits` hexadecimal digits.
inline std::string hexadecimal(std::uint32_t number, std::size_t digits) {
  std::array<char, 8> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, 16);
  std::string found{text.data(), end.ptr};
  return found.size() < digits ? std::string(digits - found.size(), '0') + found : found;
}

/// "3 letters", "1 letter"
inline std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return concat(count, ' ', count == 1 ? one : many);
}

} // namespace sluice::cli
