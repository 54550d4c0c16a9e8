#pragma once
// Campaigns that other nodes own, shown here: folded from their logs, which the store shares. Where one's letters are leaving,
// its state is kept, so that a look costs only what is new.

#include "actors/core/campaign_state.hpp"
#include "actors/engine.hpp"
#include "actors/view_publisher.hpp"

#include <map>
#include <memory>
#include <set>
#include <vector>

namespace sluice {

/// Used by one actor, but for `fold`.
class campaign_follower {
public:
  explicit campaign_follower(engine_ptr services) : services_(std::move(services)) {}

  /// These logs may have grown; those that this node owns are not among them.
  void on_changed(const std::vector<campaign_id>& campaigns);
  /// It is this node's now, or gone: nothing is kept of it.
  void forget(campaign_id campaign);

  /// What there is to look at next, or nothing: then it is looked at until `on_folded`.
  struct look {
    campaign_id campaign;
    std::shared_ptr<campaign_state> state; ///< as it was seen last; none: it is read anew
  };
  std::optional<look> next();
  /// Reads what is new. On a thread that may wait.
  static result<look> fold(const engine& services, look from);
  /// Shows it.
  void on_folded(campaign_id campaign, result<look> folded);

private:
  struct followed {
    std::shared_ptr<campaign_state> state;
    view_publisher watchers;
  };
  /// So many states are kept at most: those that changed last.
  static constexpr std::size_t states_max = 256;

  engine_ptr services_;
  std::map<campaign_id, followed> states_;
  std::set<campaign_id> waiting_;
  std::set<campaign_id> under_way_;
  std::set<campaign_id> forgotten_; ///< while they were under way
};

} // namespace sluice
