#pragma once
// Every campaign as it was last shown, for all who only look: the page, the command line, metrics. Each
// campaign's actor puts its view in before it answers a command, and a few times a second while it sends. Without the
// message's text and HTML: see content_of in actors/audit/recovery.hpp.

#include "messages/view.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace sluice {

using view_ptr = std::shared_ptr<const campaign_view>;

/// Safe to use from any thread.
class directory {
public:
  void put(const view_ptr& view);
  void remove(campaign_id id);

  /// What depends on the time (due, next part) is as of `now`. Nothing if there is no such campaign.
  std::optional<campaign_view> find(campaign_id id, timestamp now) const;
  /// Every campaign, lowest id first; as of when each last changed, which is enough to filter and sort.
  /// `refreshed` (actors/due.hpp) brings one up to `now`.
  std::vector<view_ptr> all() const;

  /// Called after each change, on the thread that made it: must be quick and not call back in here. What it throws is
  /// logged, the first time, and keeps nothing from others. A removed campaign is told by its id and no view. Returns what `unsubscribe` takes; a call that is under
  /// way in another thread may still reach the listener after that.
  using listener = std::function<void(campaign_id, const view_ptr&)>;
  std::size_t subscribe(listener who);
  void unsubscribe(std::size_t subscription);

private:
  struct subscriber {
    listener tell;
    std::atomic<bool> has_failed = false; ///< and that was logged
  };
  using subscriber_ptr = std::shared_ptr<subscriber>;

  std::vector<subscriber_ptr> subscribers() const;
  static void tell(const std::vector<subscriber_ptr>& all, campaign_id id, const view_ptr& view);

  mutable std::mutex mutex_;
  std::unordered_map<campaign_id, view_ptr> views_;
  std::unordered_map<std::size_t, subscriber_ptr> listeners_;
  std::size_t next_subscription_ = 1;
};

} // namespace sluice
