#include "messages/utf8.hpp"

namespace sluice {

namespace {
constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_control(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
}
} // namespace

std::string as_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto bytes = utf8_character_at(text, at).bytes;
    clean += bytes == 0 ? replacement : text.substr(at, bytes);
    at += bytes == 0 ? 1 : bytes;
  }
  return clean;
}

std::string quoted_excerpt(std::string_view text, std::size_t bytes_max) {
  return '"' + excerpt(text, bytes_max) + '"';
}

std::string excerpt(std::string_view text, std::size_t bytes_max) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const auto [bytes, point] = utf8_character_at(text, at);
    const auto length = bytes == 0 ? 1 : bytes;
    if (at + length > bytes_max) {
      shown += "…";
      break;
    }
    if (bytes == 0 || is_control(point))
      shown += replacement;
    else
      shown += text.substr(at, bytes);
    at += length;
  }
  return shown;
}

} // namespace sluice
