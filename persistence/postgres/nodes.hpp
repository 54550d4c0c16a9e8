#pragma once
// Who shares the store, and who we are among them: the tables `nodes` and `campaigns`.

#include "persistence/cluster_table.hpp"
#include "persistence/postgres/database.hpp"

#include <atomic>
#include <mutex>
#include <set>

namespace sluice {

class postgres_nodes final : public cluster_table {
public:
  /// `database` outlives it.
  explicit postgres_nodes(const postgres_database& database) : database_(database) {}

  /// Enters the node of that name, or comes back as it in a new incarnation, which owns what nobody took from the one
  /// before. `is_known`: the caller has been that node, and no process of it lives; else one of that name must be dead for
  /// the others, or have left (`conflict`).
  result<void> join(std::string name, std::string address, bool is_known);

  struct identity_now {
    std::int64_t node = 0;
    std::int64_t incarnation = 0;
  };
  identity_now identity() const;
  /// Counted up whenever campaigns became ours or another's: what was known of their terms is to be asked anew.
  std::uint64_t changes() const { return changes_.load(std::memory_order_acquire); }

  node_row self() const override;
  result<std::vector<node_row>> beat() override;
  result<std::vector<node_row>> nodes() const override;
  result<bool> declare_dead(const node_row& seen) override;
  result<void> set_state(node_id node, node_state state) override;
  result<void> rejoin() override;
  result<std::vector<owned_campaign>> campaigns_of(node_id node) const override;
  result<std::map<node_id, std::size_t>> owner_counts() const override;
  result<std::vector<campaign_head>> heads_of(node_id node) const override;
  result<node_id> owner_of(campaign_id campaign) const override;
  result<std::vector<campaign_id>> take(std::span<const campaign_id> campaigns,
                                        const node_row& from) override;
  result<void> give(std::span<const campaign_id> campaigns, const node_row& to) override;
  result<std::string> post_command(campaign_id campaign, std::string_view asked) override;
  result<std::vector<posted_command>> posted_commands() override;
  result<void> answer_command(std::string_view id, std::string_view answer) override;
  result<std::optional<std::string>> take_answer(std::string_view id) override;

  /// A log grew here: the next beat tells of it.
  void on_appended(campaign_id campaign);

private:
  const postgres_database& database_;
  mutable std::mutex mutex_; ///< guards what follows
  node_row self_;
  std::set<campaign_id> appended_; ///< since the last beat
  std::atomic<std::uint64_t> changes_ = 0;
};

} // namespace sluice
