#pragma once
// Letters a second, kept smoothly: one letter each 1/rate, not a second's worth at each full second. Pure:
// the caller says what time it is.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice {

/// A moment that no clock change moves; what delays, limits and deadlines of relays are measured in.
using moment = std::chrono::steady_clock::time_point;

/// The generic cell rate algorithm: remembers only when the next letter would be due if all came evenly.
class rate_limit {
public:
  /// `per_second` 0: no limit.
  explicit rate_limit(std::uint32_t per_second = 0);

  /// From when on a letter may leave.
  moment free_at() const { return next_ - burst_; }
  std::chrono::nanoseconds interval() const { return interval_; }
  bool allows(moment now) const { return interval_ == interval_.zero() || now >= free_at(); }
  /// A letter leaves. Call it only when `allows`.
  void count(moment now) {
    if (interval_ != interval_.zero())
      next_ = std::max(next_, now) + interval_;
  }

private:
  std::chrono::nanoseconds interval_{0};
  std::chrono::nanoseconds burst_{0}; ///< how far ahead letters may leave, so that timers need not be exact
  moment next_{};
};

/// One limit for each recipient domain, all at the same rate. Those whose letters wait for a domain stand in line
/// for it and take turns: without that, whoever looks more often would have it for itself.
class domain_limits {
public:
  /// Told apart by its address only.
  using asker = const void*;

  explicit domain_limits(std::uint32_t per_second = 0) : per_second_(per_second) {}

  bool is_limited() const { return per_second_ != 0; }
  /// Whether the limit lets a letter go, and it is this asker's turn.
  bool allows(std::string_view domain, moment now, asker who) const;
  /// A letter leaves: whoever stands in line for the domain goes to its end.
  void count(std::string_view domain, moment now, asker who);

  /// Joins the line, at its end.
  void wait(std::string_view domain, asker who);
  void leave(std::string_view domain, asker who);
  /// When it is the turn of one in line, if all before it take theirs; after `now` where `allows` says no.
  moment turn_at(std::string_view domain, moment now, asker who) const;

  std::size_t size() const { return domains_.size(); }

private:
  struct one_domain {
    rate_limit limit;
    std::vector<asker> line;
  };
  one_domain& domain_named(std::string_view domain, moment now);

  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  void forget_idle(moment now);

  std::uint32_t per_second_;
  std::unordered_map<std::string, one_domain, text_hash, std::equal_to<>> domains_;
};

} // namespace sluice
