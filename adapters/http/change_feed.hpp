#pragma once
// What one listener of the event stream has yet to be told: for each campaign its latest view only, so that
// a slow listener costs no more memory than there are campaigns.

#include "actors/directory.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>

namespace sluice {

/// Subscribes on construction, unsubscribes on destruction. Safe to use from any thread.
class change_feed {
public:
  /// `wake` is called, on some other thread, when there is something to take after there was nothing.
  static std::shared_ptr<change_feed>
  open(directory& from, std::optional<campaign_id> only, std::function<void()> wake);
  ~change_feed();
  change_feed(const change_feed&) = delete;
  change_feed& operator=(const change_feed&) = delete;

  /// Everything that changed since the last call; a campaign that is gone has no view.
  std::map<campaign_id, view_ptr> take();

private:
  change_feed(directory& from, std::optional<campaign_id> only, std::function<void()> wake);
  void note(campaign_id id, const view_ptr& view);

  directory& from_;
  std::optional<campaign_id> only_;
  std::function<void()> wake_;
  std::mutex mutex_;
  std::map<campaign_id, view_ptr> changed_;
  std::size_t subscription_ = 0;
};

} // namespace sluice
