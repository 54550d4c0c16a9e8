#pragma once
// The names of an enumeration whose values count from 0, both ways.

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace sluice {

template <class Enum, std::size_t Count>
class names {
public:
  template <class... Texts>
  constexpr explicit(false) names(Texts... texts) : texts_{std::string_view{texts}...} {
    static_assert(sizeof...(Texts) == Count, "a name for each value");
  }

  constexpr std::string_view of(Enum value) const {
    const auto at = static_cast<std::size_t>(value);
    return at < Count ? texts_[at] : std::string_view{"unknown"};
  }

  constexpr std::optional<Enum> parse(std::string_view text) const {
    const auto found = std::ranges::find(texts_, text);
    if (found == texts_.end())
      return std::nullopt;
    return static_cast<Enum>(found - texts_.begin());
  }

private:
  std::array<std::string_view, Count> texts_;
};

} // namespace sluice
