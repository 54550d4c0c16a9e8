#include "actors/directory.hpp"

#include "actors/core/due.hpp"

#include <algorithm>

namespace sluice {

void directory::put(const view_ptr& view) {
  std::vector<std::shared_ptr<const listener>> who;
  {
    const std::lock_guard lock(mutex_);
    views_[view->id] = view;
    for (const auto& [number, one] : listeners_)
      who.push_back(one);
  }
  for (const auto& one : who)
    (*one)(view->id, view);
}

void directory::remove(campaign_id id) {
  std::vector<std::shared_ptr<const listener>> who;
  {
    const std::lock_guard lock(mutex_);
    if (views_.erase(id) == 0)
      return;
    for (const auto& [number, one] : listeners_)
      who.push_back(one);
  }
  for (const auto& one : who)
    (*one)(id, nullptr);
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
  listeners_.emplace(number, std::make_shared<const listener>(std::move(who)));
  return number;
}

void directory::unsubscribe(std::size_t subscription) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(subscription);
}

} // namespace sluice
