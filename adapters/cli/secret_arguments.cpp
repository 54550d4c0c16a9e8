#include "adapters/cli/secret_arguments.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace sluice::cli {
namespace {

void hide(char* word, std::size_t begin, std::size_t end) {
  std::fill(word + begin, word + end, '*');
}

void hide_password_in_url(char* word) {
  const std::string_view text{word};
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos)
    return;
  const auto begin = scheme + 3;
  // A password with one of these in it is wrongly written, and refused; it is hidden all the same.
  const auto at = text.rfind('@');
  const auto colon = text.find(':', begin);
  if (at != std::string_view::npos && colon != std::string_view::npos && colon < at)
    hide(word, colon + 1, at);
}

/// Of "…password=VALUE", with or without "--set=" before it.
void hide_password_setting(char* word) {
  constexpr std::string_view name = "password=";
  const std::string_view text{word};
  if (const auto found = text.find(name); found != std::string_view::npos)
    hide(word, found + name.size(), text.size());
}

} // namespace

void hide_secrets(int count, char** words) {
  constexpr std::string_view token = "--token";
  for (int at = 1; at < count; ++at) {
    auto* word = words[at];
    const std::string_view text{word};
    if (text == token && at + 1 < count)
      hide(words[at + 1], 0, std::strlen(words[at + 1]));
    else if (text.starts_with(token) && text.substr(token.size()).starts_with('='))
      hide(word, token.size() + 1, text.size());
    hide_password_in_url(word);
    hide_password_setting(word);
  }
}

} // namespace sluice::cli
