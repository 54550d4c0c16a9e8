#pragma once
// How a campaign went over time, for a chart: what left, what came of it, when it was held. One pass over the
// log, in a memory that does not grow with it.

#include "messages/event.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace sluice {

/// Totals at a moment.
struct progress_point {
  timestamp at;
  letter_index left = 0; ///< in flight, in doubt, or with a final outcome
  letter_index accepted = 0;
  letter_index refused = 0;
  letter_index skipped = 0;
  letter_index in_doubt = 0;
  std::uint64_t deferrals = 0; ///< how often the relay asked to wait; the letter may have left later
  bool operator==(const progress_point&) const = default;
};

/// How much came due when.
struct due_point {
  timestamp at;
  letter_index due = 0;
  bool operator==(const due_point&) const = default;
};

/// Points of a step curve, at most `points_max`: where there are more, the last of each stretch of time is
/// kept, and the stretches grow, all alike. The last point is always there.
template <class Point>
class step_curve {
public:
  explicit step_curve(std::size_t points_max) : points_max_(points_max) {}

  /// `next` is not before the last one.
  void add(const Point& next) {
    put(points_, next);
    while (points_.size() > points_max_) {
      stretch_ *= 2;
      std::vector<Point> kept;
      for (const auto& one : points_)
        put(kept, one);
      points_ = std::move(kept);
    }
  }

  const std::vector<Point>& points() const { return points_; }

private:
  void put(std::vector<Point>& to, const Point& next) const {
    if (!to.empty() && to.back().at.time_since_epoch() / stretch_ == next.at.time_since_epoch() / stretch_)
      to.back() = next;
    else
      to.push_back(next);
  }

  std::size_t points_max_;
  milliseconds stretch_{1};
  std::vector<Point> points_;
};

/// The log's story so far.
class progress {
public:
  explicit progress(std::size_t points_max) : curve_(points_max) {}

  /// Takes the log's events, in order.
  void follow(const event& next);

  const std::vector<progress_point>& points() const { return curve_.points(); }
  /// Holds, each from its first moment to its last; without an end while it lasts.
  const std::vector<std::pair<timestamp, std::optional<timestamp>>>& pauses() const { return pauses_; }
  /// Restarts that found letters on connections; the others leave no trace.
  const std::vector<timestamp>& restarts() const { return restarts_; }
  std::optional<timestamp> ended_at() const { return ended_at_; }

private:
  void settle(const settled_group& group, timestamp at);
  void end_pause(timestamp at);

  progress_point now_;
  step_curve<progress_point> curve_;
  std::vector<std::pair<timestamp, std::optional<timestamp>>> pauses_;
  std::vector<timestamp> restarts_;
  std::optional<timestamp> ended_at_;
};

/// The plan as a curve of at most `points_max` points: a release makes the rest due at once.
std::vector<due_point> due_curve(const plan& plan,
                                 timestamp t0,
                                 std::optional<timestamp> released_at,
                                 letter_index total,
                                 std::size_t points_max);

} // namespace sluice
