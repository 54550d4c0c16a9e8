#include "adapters/smtp/base64.hpp"

#include <cstdint>

namespace sluice {

std::string to_base64(std::string_view bytes) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto byte = [&](std::size_t i) {
      return at + i < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i]))
                                   : 0U;
    };
    const auto three = byte(0) << 16U | byte(1) << 8U | byte(2);
    text += digits[three >> 18U & 63U];
    text += digits[three >> 12U & 63U];
    text += at + 1 < bytes.size() ? digits[three >> 6U & 63U] : '=';
    text += at + 2 < bytes.size() ? digits[three & 63U] : '=';
  }
  return text;
}

} // namespace sluice
