#pragma once
// The pace that a server bears, found by its own words: additive increase, multiplicative decrease (Chiu and Jain,
// 1989) for the letters in a second and for the connections at once, each with a memory of where it last went
// wrong, so that what was found is kept most of the time and only now and then tried beyond. Pure: the caller says what
// time it is.

#include "actors/moment.hpp"
#include "messages/time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace sluice {

/// Letters accepted lately.
class acceptance_meter {
public:
  void count(moment now);
  /// Letters a second over as short a time as says something: a second where many are accepted, a minute where few are.
  double per_second(moment now) const;

private:
  struct slot {
    std::int64_t tick = -1;
    std::uint32_t letters = 0;
  };
  std::optional<moment> begun_;
  std::array<slot, 10> tenths_{};
  std::array<slot, 60> seconds_{};
};

/// What a rate was found to be: enough to go on from after a restart.
struct rate_finding {
  double ceiling = 0; ///< letters a second that were accepted when the server asked for fewer
  double base = 0;    ///< right after that
  bool is_starved = false;
  moment found_at{};
  bool operator==(const rate_finding&) const = default;
};

/// Likewise, how many connections.
struct connections_finding {
  std::size_t limit = 0;
  std::size_t ceiling = 0;
  milliseconds probe_delay{0};
  moment found_at{};
  bool operator==(const connections_finding&) const = default;
};

/// Letters a second.
class rate_control {
public:
  /// `longest`: between two tries, however slow the server wants it.
  explicit rate_control(milliseconds longest = std::chrono::minutes(1)) :
      per_second_min_(1 / std::chrono::duration<double>(std::max(longest, milliseconds{1})).count()) {}

  /// Nothing: no bound is known.
  std::optional<double> per_second(moment now) const;
  /// The server asks for fewer; of those that ask in one round the first counts. True: it did.
  bool on_slow_down(moment now);
  void on_accepted(moment now);

  /// What is worth keeping; nothing while no bound is known.
  std::optional<rate_finding> finding() const;
  /// Goes on from what was found before: from there it climbs as ever.
  void recall(const rate_finding& before, moment now);
  /// Grows with each change of `finding`.
  std::uint64_t changes() const { return changes_; }

private:
  double at(moment now) const;

  acceptance_meter accepted_;
  double per_second_min_;
  bool is_bounded_ = false;
  bool is_starved_ = false; ///< nothing at all was accepted: that says how long it lasts, not what is borne
  double base_ = 0;         ///< right after the last decrease
  double ceiling_ = 0;      ///< what was accepted then: up to a little below it the way back is short
  moment since_{};          ///< of `base_`
  moment next_round_{};     ///< replies before it belong to the decrease that was made
  moment found_at_{};       ///< `since_`, but for what was found before a restart
  std::uint64_t changes_ = 0;
};

/// Connections at once.
class connection_control {
public:
  explicit connection_control(std::size_t most) : most_(most), limit_(most), ceiling_(most) {}

  std::size_t limit() const { return limit_; }
  bool is_bounded() const { return limit_ < most_; }
  /// The server asks for fewer. `open`: connections that there are; `working`: of those, how many had a letter accepted.
  bool on_slow_down(moment now, std::size_t open, std::size_t working);
  void on_accepted(moment now);

  /// As of rate_control.
  std::optional<connections_finding> finding() const;
  void recall(const connections_finding& before, moment now);
  std::uint64_t changes() const { return changes_; }

private:
  std::size_t most_;
  std::size_t limit_;
  std::size_t ceiling_;      ///< as many were borne
  std::size_t accepted_ = 0; ///< since the last change
  moment next_round_{};
  moment changed_at_{};
  moment probe_at_{}; ///< from then on one beyond the ceiling is tried
  milliseconds probe_delay_{0};
  moment found_at_{}; ///< when the server last asked for fewer
  std::uint64_t changes_ = 0;
};

} // namespace sluice
