#pragma once
// Letters a second, kept smoothly: one letter each 1/rate, not a second's worth at each full second. Pure:
// the caller says what time it is.

#include "actors/moment.hpp"
#include "actors/relay_factory.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice {

/// The generic cell rate algorithm: remembers only when the next letter would be due if all came evenly.
class rate_limit {
public:
  /// `letters` 0: no limit.
  explicit rate_limit(std::uint32_t letters = 0, milliseconds period = std::chrono::seconds(1));

  /// From when on a letter may leave.
  moment free_at() const { return next_ - burst_; }
  std::chrono::nanoseconds interval() const { return interval_; }
  bool allows(moment now) const { return interval_ == interval_.zero() || now >= free_at(); }
  /// From now on it is another; what has left counts on.
  void set(std::uint32_t letters, milliseconds period);
  /// A letter leaves. Call it only when `allows`.
  void count(moment now) {
    if (interval_ != interval_.zero())
      next_ = std::max(next_, now) + interval_;
  }
  /// No letter leaves that would not be `letters` behind all that `other`, of the same rate, has counted.
  void stay_behind(const rate_limit& other, std::size_t letters) {
    next_ = std::max(next_, other.next_ + interval_ * static_cast<std::int64_t>(letters));
  }
  /// How many letters may leave until then.
  std::size_t room_until(moment at) const;

private:
  std::chrono::nanoseconds interval_{0};
  std::chrono::nanoseconds burst_{0}; ///< how far ahead letters may leave, so that timers need not be exact
  moment next_{};
};

/// Limits on all letters together. Providers count a letter when its MAIL comes, so it is counted when it is taken to
/// leave, as often as it is tried.
class total_limits {
public:
  explicit total_limits(std::uint32_t per_second = 0, std::span<const relay_limit> further = {});

  bool is_limited() const { return !limits_.empty(); }
  bool allows(moment now) const;
  void count(moment now);
  /// How many letters they let go until then.
  std::size_t room_until(moment at) const;
  /// From when on all of them let a letter go.
  moment free_at() const { return limits_.empty() ? moment::min() : last()->limit.free_at(); }
  /// The one that lets the next letter go last. Only where there is one.
  const relay_limit& last_limit() const { return last()->said; }

private:
  struct one_limit {
    relay_limit said;
    rate_limit limit;
  };
  std::vector<one_limit>::const_iterator last() const;

  std::vector<one_limit> limits_;
};

/// One limit for each recipient domain: its own where it has one, else the same for all. Those whose letters wait for a domain stand in line
/// for it and take turns: without that, whoever looks more often would have it for itself.
///
/// A letter is chosen when its turn comes, and may leave much later, when a connection is free for it, together with all
/// that were chosen meanwhile; and it may be tried by several connections. So departures are counted too, for the
/// provider counts these, and turns come behind them.
class domain_limits {
public:
  /// Told apart by its address only.
  using asker = const void*;

  explicit domain_limits(std::uint32_t per_second = 0, std::span<const relay_limit> further = {});

  /// The limit that a server was found to have for a domain, letters a second; 0: none any more. The lower of it and the
  /// setting's holds.
  void set_found(std::string_view domain, double per_second);

  /// Whether any domain has a limit.
  bool is_limited() const { return per_second_ != 0 || !own_.empty() || !found_.empty(); }
  bool is_limited(std::string_view domain) const {
    return per_second_ != 0 || own_.contains(domain) || found_.contains(domain);
  }
  /// Whether the limit lets a letter go, and it is this asker's turn.
  bool allows(std::string_view domain, moment now, asker who) const;
  /// A letter is chosen: whoever stands in line for the domain goes to its end.
  void count(std::string_view domain, moment now, asker who);

  /// From when on a letter that was chosen may leave.
  moment leaves_at(std::string_view domain) const;
  /// A letter leaves. `is_first`: for the first time since it was chosen.
  void on_leave(std::string_view domain, moment now, bool is_first);
  /// A letter that was chosen does not leave.
  void on_returned(std::string_view domain);

  /// Joins the line, at its end.
  void wait(std::string_view domain, asker who);
  void leave(std::string_view domain, asker who);
  /// When it is the turn of one in line, if all before it take theirs; after `now` where `allows` says no.
  moment turn_at(std::string_view domain, moment now, asker who) const;
  /// How long one that stands in line waits for `letters` turns.
  milliseconds time_for(std::string_view domain, std::size_t letters) const;
  /// How many letters of one asker are enough to use what the domain's limit gives in a few seconds.
  std::size_t enough(std::string_view domain) const;
  /// What `waits_for` tells: letters and period.
  relay_limit limit_of(std::string_view domain) const;

  std::size_t size() const { return domains_.size(); }

private:
  struct one_domain {
    rate_limit limit;
    std::vector<asker> line{};
    rate_limit departures;
    std::size_t chosen = 0; ///< and not left
  };
  one_domain& domain_named(std::string_view domain, moment now);

  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  void forget_idle(moment now);

  std::uint32_t per_second_ = 0;
  std::map<std::string, relay_limit, std::less<>> own_;
  std::map<std::string, relay_limit, std::less<>> found_;
  std::unordered_map<std::string, one_domain, text_hash, std::equal_to<>> domains_;
};

} // namespace sluice
