#pragma once
// Who shares a store, and whose each campaign is. The table itself: what it says is decided elsewhere (actors/core/
// membership.hpp), by nodes that compare no clocks.
//
// A node that comes back is a new incarnation of itself; what an older one still sends is refused. A campaign's term counts
// its owners: an append is taken from the owner, in its incarnation, with the term that it took the campaign in.

#include "messages/error.hpp"
#include "messages/id.hpp"

#include <cstdint>
#include <optional>
#include <span>
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
  drained, ///< lives, and has been told to own none
  leaving, ///< hands its campaigns over and ends
  left,    ///< ended, and owns none
  dead     ///< declared so by others
};

std::string_view name_of(node_state state); ///< "live", "drained", "leaving", "left", "dead"
std::optional<node_state> parse_node_state(std::string_view text);

struct node_row {
  node_id node;
  std::uint64_t incarnation = 0;
  std::string name;
  std::string address; ///< where other nodes reach it: "10.0.0.2:7070"
  node_state state = node_state::live;
  std::uint64_t beat = 0;
  std::int64_t format = 0; ///< the events that it understands
  std::uint64_t given = 0; ///< counted up when campaigns are given to it
  bool operator==(const node_row&) const = default;
};

struct owned_campaign {
  campaign_id campaign;
  bool is_moving = false; ///< letters were leaving when its owner last wrote
  bool operator==(const owned_campaign&) const = default;
};

/// Each function is one transaction, waits for the database and fails as every write where it is away. Any thread.
class cluster_table {
public:
  virtual ~cluster_table() = default;
  /// Us.
  virtual node_row self() const = 0;
  /// Counts our row's beat up and gives all rows as they are then. `conflict` where our row is not ours any more: others
  /// declared us dead.
  virtual result<std::vector<node_row>> beat() = 0;
  /// All rows, without a beat of ours.
  virtual result<std::vector<node_row>> nodes() const = 0;
  /// False where the row is not as it was seen any more: it lives, or another was faster.
  virtual result<bool> declare_dead(const node_row& seen) = 0;
  virtual result<void> set_state(node_id node, node_state state) = 0;
  /// Comes back as a new incarnation, which owns what nobody took from the one before.
  virtual result<void> rejoin() = 0;
  /// What a node owns, in whichever incarnation; moving ones first, then lowest id first.
  virtual result<std::vector<owned_campaign>> campaigns_of(node_id node) const = 0;
  /// Who owns a campaign; 0: nobody, or there is none.
  virtual result<node_id> owner_of(campaign_id campaign) const = 0;
  /// Makes campaigns ours that `from` still owns, in that incarnation. Those that are taken may be appended to from then on;
  /// others have found another owner meanwhile.
  virtual result<std::vector<campaign_id>> take(std::span<const campaign_id> campaigns,
                                                const node_row& from) = 0;
  /// Gives campaigns of ours to another node, and counts its `given` up. Nothing of them may be on its way. `conflict` where
  /// it does not live in that incarnation any more.
  virtual result<void> give(std::span<const campaign_id> campaigns, const node_row& to) = 0;
};

} // namespace sluice
