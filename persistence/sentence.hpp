#pragma once
// An error's words put together from pieces: texts and whole numbers, one after the other. (GCC 12 has no
// std::format, and nothing here needs more.)

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace sluice {

template <class... Pieces>
std::string sentence(const Pieces&... pieces) {
  std::string text;
  const auto append = [&text](const auto& piece) {
    if constexpr (std::integral<std::remove_cvref_t<decltype(piece)>>)
      text.append(std::to_string(piece));
    else
      text.append(std::string_view(piece));
  };
  (append(pieces), ...);
  return text;
}

} // namespace sluice
