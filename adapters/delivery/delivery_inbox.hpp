#pragma once
// The fence between campaigns, on any thread, and a relay's own thread: what queues ask waits here, and the
// relay's thread is woken once for all that came since it last looked.

#include "actors/relay.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice {

/// What both threads know of a queue.
struct send_fence {
  relay::report_sink sink;
  std::atomic<bool> is_dropped = false;

  /// None: of a node that may always send.
  std::shared_ptr<const send_lease> lease;

  /// Begins an end of data, unless the queue was withdrawn or the node may not send: `write` runs then, and no withdraw
  /// returns amid it. False: nothing was done.
  template <class Write>
  bool run_if_open(Write&& write) {
    const std::lock_guard lock(mutex_);
    if (is_closed_ || (lease && !lease->may_send()))
      return false;
    write();
    return true;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }

private:
  std::mutex mutex_;
  bool is_closed_ = false;
};

struct queue_request {
  enum class kind : std::uint8_t { open, offer, grant, deny, withdraw, drop };
  kind what;
  std::shared_ptr<send_fence> fence;
  batch_part letters{};     ///< offer
  letter_ranges answered{}; ///< grant, deny
};

/// Any thread pushes; the relay's thread takes all at once.
class delivery_inbox {
public:
  /// `wake` is called from the pushing thread, once until the next take; it must not call back.
  explicit delivery_inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void push(queue_request request);
  /// Puts what waits into `requests`, which should be empty: its memory is used again.
  void take(std::vector<queue_request>& requests);
  /// From now on nobody is woken; what is pushed is dropped. For the relay's end.
  void close();

private:
  std::function<void()> wake_;
  std::mutex mutex_;
  std::vector<queue_request> waiting_;
  bool is_woken_ = false;
  bool is_closed_ = false;
};

/// Makes a queue whose requests go to `inbox`.
std::shared_ptr<campaign_queue> open_queue(std::shared_ptr<delivery_inbox> inbox,
                                           relay::report_sink sink,
                                           std::shared_ptr<const send_lease> lease = nullptr);

} // namespace sluice
