#include "adapters/http/change_feed.hpp"

#include <utility>

namespace sluice {

change_feed::change_feed(directory& from, std::optional<campaign_id> only, std::function<void()> wake) :
    from_(from), only_(only), wake_(std::move(wake)) {}

std::shared_ptr<change_feed>
change_feed::open(directory& from, std::optional<campaign_id> only, std::function<void()> wake) {
  std::shared_ptr<change_feed> feed(new change_feed(from, only, std::move(wake)));
  // A change that is being told while the feed is dropped must find nothing, not a dead object.
  feed->subscription_ = from.subscribe([weak = std::weak_ptr(feed)](campaign_id id, const view_ptr&) {
    if (const auto alive = weak.lock())
      alive->on_change(id);
  });
  for (const auto& view : from.all())
    feed->on_change(view->id);
  return feed;
}

change_feed::~change_feed() {
  from_.unsubscribe(subscription_);
}

void change_feed::on_change(campaign_id id) {
  if (only_ && *only_ != id)
    return;
  auto was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = changed_.empty();
    changed_.insert(id);
  }
  if (was_empty)
    wake_();
}

std::set<campaign_id> change_feed::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(changed_, {});
}

} // namespace sluice
