#pragma once
// Which of the nodes that share a store live, and which of them is to own a campaign. Pure: beats come in, and moments of
// this node's own clock, which does not jump; no clock of another is compared with it.
//
// A node that has not moved over beats_missed_max successful beats of ours, and for dead_after since the answer that first
// showed its last beat, is dead. It has stopped sending by then: the last beat that it knows to be confirmed was sent more
// than lease_time ago, on its own clock (see send_lease). The rest is how far clocks may run apart.

#include "messages/cluster.hpp"
#include "messages/time.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace sluice {

inline constexpr milliseconds beat_every{500};
inline constexpr unsigned beats_missed_max = 5;
inline constexpr milliseconds dead_after{2500};
/// A node sends so long after it sent a beat that was confirmed.
inline constexpr milliseconds lease_time{2000};

/// A moment of a node's own clock, which goes on while the machine sleeps and does not jump.
using beat_moment = std::chrono::milliseconds;

class membership {
public:
  explicit membership(node_id self) : self_(self) {}

  /// A beat of ours was confirmed with these rows; it was sent, and its answer came, at these moments. Who is dead by now,
  /// as it was seen last.
  std::vector<node_row> on_beat(std::span<const node_row> rows, beat_moment sent, beat_moment came);

private:
  struct last_sign {
    std::uint64_t incarnation = 0;
    std::uint64_t beat = 0;
    node_state state = node_state::live;
    beat_moment shown_at{0}; ///< when the answer came that first showed it so
    unsigned beats_since = 0;
  };
  node_id self_;
  std::map<node_id, last_sign> signs_;
};

/// Who is to own a campaign, of those that may own any: the same for all that see the same nodes, and when one goes or
/// comes only its own campaigns move (rendezvous hashing, Thaler and Ravishankar 1996). 0 where there is none.
node_id owner_by_hash(campaign_id campaign, std::span<const node_id> nodes);

/// Those that take campaigns.
std::vector<node_id> takers_in(std::span<const node_row> rows);

} // namespace sluice
