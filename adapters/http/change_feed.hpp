#pragma once
// What one listener of the event stream has yet to be told: which campaigns changed. What they look like is asked
// when it is told, so that a slow listener keeps no old view alive.

#include "actors/directory.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <set>

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

  /// Everything that changed since the last call, or is gone.
  std::set<campaign_id> take();

private:
  change_feed(directory& from, std::optional<campaign_id> only, std::function<void()> wake);
  void on_change(campaign_id id);

  directory& from_;
  std::optional<campaign_id> only_;
  std::function<void()> wake_;
  std::mutex mutex_;
  std::set<campaign_id> changed_;
  std::size_t subscription_ = 0;
};

} // namespace sluice
