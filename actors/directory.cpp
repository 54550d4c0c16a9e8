#include "actors/directory.hpp"

#include "actors/core/due.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace sluice {

void directory::put(const view_ptr& view) {
  std::vector<subscriber_ptr> who;
  {
    const std::lock_guard lock(mutex_);
    views_[view->id] = view;
    who = subscribers();
  }
  tell(who, view->id, view);
}

void directory::remove(campaign_id id) {
  std::vector<subscriber_ptr> who;
  {
    const std::lock_guard lock(mutex_);
    if (views_.erase(id) == 0)
      return;
    who = subscribers();
  }
  tell(who, id, nullptr);
}

/// Under the lock.
std::vector<directory::subscriber_ptr> directory::subscribers() const {
  std::vector<subscriber_ptr> all;
  all.reserve(listeners_.size());
  for (const auto& [number, one] : listeners_)
    all.push_back(one);
  return all;
}

void directory::tell(const std::vector<subscriber_ptr>& all, campaign_id id, const view_ptr& view) {
  for (const auto& one : all)
    try {
      one->tell(id, view);
    } catch (const std::exception& thrown) {
      if (!one->has_failed.exchange(true))
        spdlog::error("who listens to changes of campaigns threw, which is told once: {}", thrown.what());
    }
}

std::optional<campaign_view> directory::find(campaign_id id, timestamp now) const {
  view_ptr found;
  {
    const std::lock_guard lock(mutex_);
    const auto at = views_.find(id);
    if (at == views_.end())
      return std::nullopt;
    found = at->second;
  }
  return refreshed(*found, now);
}

std::vector<view_ptr> directory::all() const {
  std::vector<view_ptr> views;
  {
    const std::lock_guard lock(mutex_);
    views.reserve(views_.size());
    for (const auto& [id, view] : views_)
      views.push_back(view);
  }
  std::ranges::sort(views, {}, [](const view_ptr& view) { return view->id; });
  return views;
}

std::size_t directory::subscribe(listener who) {
  const std::lock_guard lock(mutex_);
  const auto number = next_subscription_++;
  listeners_.emplace(number, std::make_shared<subscriber>(std::move(who)));
  return number;
}

void directory::unsubscribe(std::size_t subscription) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(subscription);
}

} // namespace sluice
