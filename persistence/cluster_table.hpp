#pragma once
// Who shares a store, and whose each campaign is. The table itself: what it says is decided elsewhere (actors/core/
// membership.hpp), by nodes that compare no clocks.
//
// A node that comes back is a new incarnation of itself; what an older one still sends is refused. A campaign's term counts
// its owners: an append is taken from the owner, in its incarnation, with the term that it took the campaign in.

#include "messages/cluster.hpp"
#include "messages/error.hpp"
#include "messages/id.hpp"
#include "messages/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct owned_campaign {
  campaign_id campaign;
  bool is_moving = false; ///< letters were leaving when its owner last wrote
  bool operator==(const owned_campaign&) const = default;
};

struct campaign_head {
  campaign_id campaign;
  event_number number = 0;
  bool operator==(const campaign_head&) const = default;
};

/// So long an asker waits for the answer to a command that it left.
inline constexpr milliseconds posted_command_within = std::chrono::seconds(12);

/// A command on its way to a campaign's owner, where no other way leads there.
struct posted_command {
  std::string id; ///< a UUID
  campaign_id campaign;
  std::string asked;  ///< as the asker wrote it
  std::string answer; ///< empty: there is none yet
};

/// Each function is one transaction, waits for the database and fails as every write where it is away. Any thread.
class cluster_table {
public:
  virtual ~cluster_table() = default;
  /// Us.
  virtual node_row self() const = 0;
  /// Counts our row's beat up, tells with it which logs grew here, and gives all rows as they are then. `conflict` where our
  /// row is not ours any more: others declared us dead. Gives up early: a beat that comes late is worth nothing.
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
  /// How many campaigns each node owns; none of those that own nothing.
  virtual result<std::map<node_id, std::size_t>> owner_counts() const = 0;
  /// Where the logs of a node's campaigns end.
  virtual result<std::vector<campaign_head>> heads_of(node_id node) const = 0;
  /// Who owns a campaign; 0: nobody, or there is none.
  virtual result<node_id> owner_of(campaign_id campaign) const = 0;
  /// Makes campaigns ours that `from` still owns, in that incarnation. Those that are taken may be appended to from then on;
  /// others have found another owner meanwhile.
  virtual result<std::vector<campaign_id>> take(std::span<const campaign_id> campaigns,
                                                const node_row& from) = 0;
  /// Gives campaigns of ours to another node, and counts its `given` up. Nothing of them may be on its way. `conflict` where
  /// it does not live in that incarnation any more.
  virtual result<void> give(std::span<const campaign_id> campaigns, const node_row& to) = 0;
  /// Leaves a command for whoever owns the campaign; its id.
  virtual result<std::string> post_command(campaign_id campaign, std::string_view asked) = 0;
  /// Commands without an answer for campaigns that are ours, the oldest first; not those whose asker has given up by now
  /// (posted_command_within). One may be given more than once.
  virtual result<std::vector<posted_command>> posted_commands() = 0;
  virtual result<void> answer_command(std::string_view id, std::string_view answer) = 0;
  /// The answer, where there is one by now; then the command is gone.
  virtual result<std::optional<std::string>> take_answer(std::string_view id) = 0;
};

} // namespace sluice
