#pragma once
// Letters a second, kept smoothly: one letter each 1/rate, not a second's worth at each full second. Pure:
// the caller says what time it is.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

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

/// One limit for each recipient domain, all at the same rate.
class domain_limits {
public:
  explicit domain_limits(std::uint32_t per_second = 0) : per_second_(per_second) {}

  bool is_limited() const { return per_second_ != 0; }
  bool allows(std::string_view domain, moment now) const;
  moment free_at(std::string_view domain) const;
  void count(std::string_view domain, moment now);
  std::size_t size() const { return domains_.size(); }

private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  void forget_idle(moment now);

  std::uint32_t per_second_;
  std::unordered_map<std::string, rate_limit, text_hash, std::equal_to<>> domains_;
};

} // namespace sluice
