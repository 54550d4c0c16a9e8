#pragma once
// The nodes that share the store, as the last beat showed them: for all who only look.

#include "actors/core/membership.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace sluice {

/// One node, as another sees it.
struct node_view {
  node_row row;
  bool is_self = false;
  std::optional<milliseconds>
      beat_age; ///< since its beat last moved, by the viewer's clock; nothing: it is not expected to
  std::size_t campaigns = 0; ///< that it owns
};

/// Any thread.
class node_list {
public:
  void put(std::vector<node_view> all) {
    const std::lock_guard guard(mutex_);
    all_ = std::move(all);
  }
  /// Lowest number first; none where nobody shares the store.
  std::vector<node_view> all() const {
    const std::lock_guard guard(mutex_);
    return all_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<node_view> all_;
};

} // namespace sluice
