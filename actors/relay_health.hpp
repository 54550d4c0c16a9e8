#pragma once
// How each of several relays is: it works, or fails for a reason, since a time; and when a letter may try one that fails
// again, after growing delays. Pure: whoever asks has the time. Any thread may ask.

#include "actors/moment.hpp"
#include "messages/notice.hpp"
#include "messages/time.hpp"
#include "messages/view.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

namespace sluice {

/// Between a failure and the first letter that tries the relay again; each try doubles it.
inline constexpr auto relay_retry_first = std::chrono::seconds(5);
inline constexpr auto relay_retry_max = std::chrono::minutes(5);

class relay_health {
public:
  explicit relay_health(std::size_t relays) : all_(relays) {}

  /// True where it worked before.
  bool on_failure(std::size_t relay, const notice& trouble, timestamp wall, moment now);
  /// True where it failed before.
  bool on_success(std::size_t relay);
  /// Whether a letter may try a relay that fails: one in each delay.
  bool take_try(std::size_t relay, moment now);

  bool is_failing(std::size_t relay) const { return all_[relay].is_failing; }
  /// Of a relay that fails; an empty notice of one that works.
  notice trouble(std::size_t relay) const;
  /// Nothing where it works.
  std::optional<relay_trouble> view(std::size_t relay) const;

private:
  struct state {
    std::atomic<bool> is_failing = false; ///< read at each report
    notice trouble;
    timestamp since;
    moment retry_at = moment::min();
    moment::duration delay = relay_retry_first;
  };

  mutable std::mutex mutex_;
  std::deque<state> all_;
};

} // namespace sluice
