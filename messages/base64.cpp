#include "messages/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace sluice {

void append_base64(std::string& to, std::string_view bytes) {
  const auto begin = to.size();
  to.resize(begin + (bytes.size() + 2) / 3 * 4);
  // Its closing zero falls on the string's own.
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(to.data() + begin),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty())
    return std::string{};
  std::string bytes(text.size() / 4 * 3, '\0');
  const auto read =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (read != static_cast<int>(bytes.size()))
    return std::nullopt;
  bytes.resize(bytes.size() - (text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0));
  // OpenSSL passes over blanks, and takes bits that belong to no byte.
  return to_base64(bytes) == text ? std::optional(std::move(bytes)) : std::nullopt;
}

std::string to_base64url(std::string_view bytes) {
  auto text = to_base64(bytes);
  text.resize(std::min(text.find('='), text.size()));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

} // namespace sluice
