#pragma once
// Growing delays between attempts, so that a server that comes back is not met by all at once.

#include "messages/time.hpp"

#include <algorithm>
#include <functional>

namespace sluice {

/// Twice as long each time up to a maximum; each delay is drawn from its upper half.
class retry_delay {
public:
  /// `jitter` gives a number in [0, 1).
  retry_delay(milliseconds first, milliseconds max, std::function<double()> jitter) :
      first_(first), max_(std::max(first, max)), next_(first), jitter_(std::move(jitter)) {}

  milliseconds next() { return next(max_); }
  /// With another maximum for this one.
  milliseconds next(milliseconds max) {
    const auto whole = std::min(next_, max);
    next_ = std::min(whole * 2, max);
    const auto half = static_cast<double>(whole.count()) / 2;
    return milliseconds{static_cast<milliseconds::rep>(half + half * jitter_())};
  }
  /// It worked again.
  void reset() { next_ = first_; }

private:
  milliseconds first_;
  milliseconds max_;
  milliseconds next_;
  std::function<double()> jitter_;
};

} // namespace sluice
