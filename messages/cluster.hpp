#pragma once
// Nodes that share a store, as each of them sees the others.

#include "messages/id.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// A node; numbers start at 1, 0 names none.
struct node_id {
  std::uint64_t value = 0;
  auto operator<=>(const node_id&) const = default;
};

enum class node_state : std::uint8_t {
  live,    ///< takes campaigns
  drained, ///< lives, and was told to own none
  leaving, ///< hands its campaigns over and ends
  left,    ///< ended, and owns none
  dead     ///< declared so by others
};

std::string_view name_of(node_state state); ///< "live", "drained", "leaving", "left", "dead"
std::optional<node_state> parse_node_state(std::string_view text);
/// It may own campaigns, and its beat is expected.
constexpr bool is_alive(node_state state) {
  return state != node_state::left && state != node_state::dead;
}

/// Which campaigns' logs grew between two beats of a node.
struct beat_changes {
  std::uint64_t beat = 0;
  std::vector<campaign_id> campaigns;
  bool are_all = true; ///< false: there were too many to tell
  bool operator==(const beat_changes&) const = default;
};

struct node_row {
  node_id node;
  std::uint64_t incarnation = 0; ///< counted up whenever the node comes back
  std::string name;
  std::string address; ///< where other nodes reach it: "10.0.0.2:7070"; empty: they do not
  node_state state = node_state::live;
  std::uint64_t beat = 0;
  std::int64_t format = 0;           ///< the events that it understands
  std::uint64_t given = 0;           ///< counted up when campaigns are given to it
  std::vector<beat_changes> changes; ///< of its last beats, the oldest first
  bool operator==(const node_row&) const = default;
};

} // namespace sluice
