#include "messages/cluster.hpp"

#include <algorithm>
#include <array>

namespace sluice {

namespace {

constexpr std::array<std::string_view, 5> node_state_names{"live", "drained", "leaving", "left", "dead"};

} // namespace

std::string_view name_of(node_state state) {
  return node_state_names[static_cast<std::size_t>(state)];
}

std::optional<node_state> parse_node_state(std::string_view text) {
  const auto found = std::ranges::find(node_state_names, text);
  if (found == node_state_names.end())
    return std::nullopt;
  return static_cast<node_state>(found - node_state_names.begin());
}

} // namespace sluice
