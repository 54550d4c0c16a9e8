#pragma once
// The door between campaigns, on any thread, and a relay's own thread: what lanes ask waits here, and the
// relay's thread is woken once for all that came since it last looked.

#include "actors/relay.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice {

/// What both threads know of a lane.
struct lane_door {
  relay::report_sink sink;
  std::atomic<bool> is_dropped = false;

  /// Begins an end of data, unless the lane was withdrawn: `write` runs then, and no withdraw returns amid
  /// it. False: withdrawn, nothing was done.
  template <class Write>
  bool pass(Write&& write) {
    const std::lock_guard lock(mutex_);
    if (is_shut_)
      return false;
    write();
    return true;
  }
  void shut() {
    const std::lock_guard lock(mutex_);
    is_shut_ = true;
  }

private:
  std::mutex mutex_;
  bool is_shut_ = false;
};

struct lane_request {
  enum class kind : std::uint8_t { open, offer, grant, deny, withdraw, drop };
  kind what;
  std::shared_ptr<lane_door> door;
  batch_ptr letters{};      ///< offer
  letter_ranges answered{}; ///< grant, deny
};

/// Any thread pushes; the relay's thread takes all at once.
class lane_inbox {
public:
  /// `wake` is called from the pushing thread, once until the next take; it must not call back.
  explicit lane_inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void push(lane_request request);
  /// Puts what waits into `requests`, which should be empty: its memory is used again.
  void take(std::vector<lane_request>& requests);
  /// From now on nobody is woken; what is pushed is dropped. For the relay's end.
  void close();

private:
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<lane_request> waiting_;
  bool is_woken_ = false;
  bool is_closed_ = false;
};

/// Makes a lane whose requests go to `inbox`.
std::shared_ptr<relay_lane> open_lane(std::shared_ptr<lane_inbox> inbox, relay::report_sink sink);

} // namespace sluice
