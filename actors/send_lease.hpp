#pragma once
// May this node send? Where several share a store, only while the others cannot have declared it dead: its last confirmed
// beat was sent under lease_time ago. The relay asks right before each end of data. Where nobody shares the store the answer
// is always yes, and costs one read.

#include "actors/core/membership.hpp"

#include <atomic>
#include <functional>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice {

/// Milliseconds of a clock that does not jump and goes on while the machine sleeps (CLOCK_BOOTTIME).
using boot_clock = std::function<beat_moment()>;
beat_moment system_boot_time();

/// Any thread.
class send_lease {
public:
  /// Of a store that nobody shares: for ever.
  send_lease() = default;
  send_lease(const send_lease&) = delete;
  send_lease& operator=(const send_lease&) = delete;

  /// From now on it must be renewed.
  void limit(boot_clock now) {
    now_ = std::move(now);
    until_.store(0, std::memory_order_release);
  }
  /// A beat that was sent then has been confirmed.
  void renew(beat_moment sent) { until_.store((sent + lease_time).count(), std::memory_order_release); }
  /// Others own what was ours.
  void revoke() { until_.store(0, std::memory_order_release); }

  bool may_send() const {
    const auto until = until_.load(std::memory_order_acquire);
    return until == for_ever || now_().count() < until;
  }

private:
  static constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> until_ = for_ever;
  boot_clock now_; ///< set before any thread asks
};

} // namespace sluice
