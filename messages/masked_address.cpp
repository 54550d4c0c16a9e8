#include "messages/masked_address.hpp"

#include "messages/lower_case.hpp"

#include <algorithm>

namespace sluice {

namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

} // namespace

bool names_address(std::string_view text, std::string_view address) {
  return !address.empty() && !std::ranges::search(text, address, is_same_ascii_letter).empty();
}

std::string without_address(std::string_view text, std::string_view address) {
  constexpr std::string_view instead = "<recipient>";
  std::string kept;
  if (address.empty())
    return std::string(text);
  for (;;) {
    const auto found = std::ranges::search(text, address, is_same_ascii_letter);
    kept.append(text.begin(), found.begin());
    if (found.empty())
      return kept;
    // Replies mostly have it in angle brackets already.
    const auto has_brackets = kept.ends_with('<') && found.end() != text.end() && *found.end() == '>';
    kept += has_brackets ? instead.substr(1, instead.size() - 2) : instead;
    text = std::string_view(found.end(), text.end());
  }
}

std::string masked_address(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0)
    return std::string(address); // a domain, or nothing that names anybody
  std::size_t first = 1;
  while (first < at && is_continuation(address[first]))
    ++first;
  return std::string(address.substr(0, first)) + "…" + std::string(address.substr(at));
}

} // namespace sluice
