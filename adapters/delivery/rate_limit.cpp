#include "adapters/delivery/rate_limit.hpp"

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

/// At high rates letters leave in bursts of this length, since no timer fires each 50 µs.
constexpr std::chrono::nanoseconds burst_max = std::chrono::milliseconds(20);
/// So long, and so many letters at least, an asker has before it for a limited domain: it need not come back for more
/// before, and holds no more memory than that.
constexpr milliseconds enough_for = std::chrono::seconds(4);
constexpr std::size_t enough_min = 8;
/// Domains that are remembered before those with nothing to remember are dropped.
constexpr std::size_t domains_max = 10'000;

} // namespace

rate_limit::rate_limit(std::uint32_t letters, milliseconds period) {
  set(letters, period);
}

void rate_limit::set(std::uint32_t letters, milliseconds period) {
  interval_ = burst_ = std::chrono::nanoseconds{0};
  if (letters == 0)
    return;
  interval_ = std::chrono::nanoseconds(period) / letters;
  burst_ = std::max(std::chrono::nanoseconds{0}, burst_max - interval_);
}

std::size_t rate_limit::room_until(moment at) const {
  if (interval_ == interval_.zero())
    return std::numeric_limits<std::size_t>::max();
  return at < free_at() ? 0 : static_cast<std::size_t>((at - free_at()) / interval_) + 1;
}

total_limits::total_limits(std::uint32_t per_second, std::span<const relay_limit> further) {
  const auto add = [this](const relay_limit& one) {
    limits_.push_back({one, rate_limit(one.letters, one.period)});
  };
  if (per_second != 0)
    add({.domain = {}, .letters = per_second});
  for (const auto& one : further)
    if (one.domain.empty())
      add(one);
}

bool total_limits::allows(moment now) const {
  return std::ranges::all_of(limits_, [now](const one_limit& one) { return one.limit.allows(now); });
}

void total_limits::count(moment now) {
  for (auto& one : limits_)
    one.limit.count(now);
}

std::size_t total_limits::room_until(moment at) const {
  auto letters = std::numeric_limits<std::size_t>::max();
  for (const auto& one : limits_)
    letters = std::min(letters, one.limit.room_until(at));
  return letters;
}

std::vector<total_limits::one_limit>::const_iterator total_limits::last() const {
  return std::ranges::max_element(limits_, {}, [](const one_limit& one) { return one.limit.free_at(); });
}

domain_limits::domain_limits(std::uint32_t per_second, std::span<const relay_limit> further) :
    per_second_(per_second) {
  for (const auto& one : further)
    if (!one.domain.empty())
      own_.insert_or_assign(one.domain, one);
}

relay_limit domain_limits::limit_of(std::string_view domain) const {
  const auto own = own_.find(domain);
  const auto set = own == own_.end() ? relay_limit{std::string{domain}, per_second_} : own->second;
  const auto found = found_.find(domain);
  if (found == found_.end())
    return set;
  const auto is_lower =
      set.letters == 0 || found->second.letters * set.period < set.letters * found->second.period;
  return is_lower ? found->second : set;
}

void domain_limits::set_found(std::string_view domain, double per_second) {
  const auto before = limit_of(domain);
  if (per_second > 0) {
    const auto period =
        per_second < 100 ? milliseconds{std::chrono::minutes(1)} : milliseconds{std::chrono::seconds(1)};
    const auto letters = std::max(1.0, per_second * std::chrono::duration<double>(period).count());
    found_.insert_or_assign(std::string{domain},
                            relay_limit{std::string{domain}, static_cast<std::uint32_t>(letters), period});
  } else if (const auto known = found_.find(domain); known != found_.end()) {
    found_.erase(known);
  }
  const auto now = limit_of(domain);
  if (const auto known = domains_.find(domain); known != domains_.end() && now != before) {
    known->second.limit.set(now.letters, now.period);
    known->second.departures.set(now.letters, now.period);
  }
}

milliseconds domain_limits::time_for(std::string_view domain, std::size_t letters) const {
  const auto found = domains_.find(domain);
  if (found == domains_.end())
    return milliseconds{0};
  const auto& limit = found->second.limit;
  const auto& line = found->second.line;
  return std::chrono::ceil<milliseconds>(limit.interval() * static_cast<std::int64_t>(letters) *
                                         static_cast<std::int64_t>(std::max<std::size_t>(line.size(), 1)));
}

std::size_t domain_limits::enough(std::string_view domain) const {
  const auto limit = limit_of(domain);
  const auto letters = enough_for * limit.letters / std::max(limit.period, milliseconds{1});
  return std::max(enough_min, static_cast<std::size_t>(letters));
}

bool domain_limits::allows(std::string_view domain, moment now, asker who) const {
  if (!is_limited(domain))
    return true;
  const auto found = domains_.find(domain);
  if (found == domains_.end())
    return true;
  const auto& line = found->second.line;
  return found->second.limit.allows(now) && (line.empty() || line.front() == who);
}

void domain_limits::count(std::string_view domain, moment now, asker who) {
  if (!is_limited(domain))
    return;
  auto& one = domain_named(domain, now);
  one.limit.count(now);
  ++one.chosen;
  if (!one.line.empty() && one.line.front() == who)
    std::ranges::rotate(one.line, std::next(one.line.begin()));
}

moment domain_limits::leaves_at(std::string_view domain) const {
  const auto found = domains_.find(domain);
  return found == domains_.end() || !is_limited(domain) ? moment::min() : found->second.departures.free_at();
}

void domain_limits::on_leave(std::string_view domain, moment now, bool is_first) {
  if (!is_limited(domain))
    return;
  auto& one = domain_named(domain, now);
  one.chosen -= is_first && one.chosen > 0 ? 1U : 0U;
  one.departures.count(now);
  one.limit.stay_behind(one.departures, one.chosen);
}

void domain_limits::on_returned(std::string_view domain) {
  const auto found = domains_.find(domain);
  if (found != domains_.end() && found->second.chosen > 0)
    --found->second.chosen;
}

void domain_limits::wait(std::string_view domain, asker who) {
  domain_named(domain, moment::min()).line.push_back(who);
}

void domain_limits::leave(std::string_view domain, asker who) {
  if (const auto found = domains_.find(domain); found != domains_.end())
    std::erase(found->second.line, who);
}

moment domain_limits::turn_at(std::string_view domain, moment now, asker who) const {
  const auto found = domains_.find(domain);
  if (found == domains_.end())
    return now;
  const auto& limit = found->second.limit;
  const auto& line = found->second.line;
  const auto before = std::ranges::find(line, who) - line.begin();
  return before == 0 ? limit.free_at() : std::max(limit.free_at(), now) + before * limit.interval();
}

domain_limits::one_domain& domain_limits::domain_named(std::string_view domain, moment now) {
  auto found = domains_.find(domain);
  if (found == domains_.end()) {
    forget_idle(now);
    const auto limit = limit_of(domain);
    const rate_limit fresh{limit.letters, limit.period};
    found = domains_.emplace(std::string{domain}, one_domain{.limit = fresh, .departures = fresh}).first;
  }
  return found->second;
}

/// A domain whose limit would let a letter pass anyway, and for which nobody waits, need not be remembered.
void domain_limits::forget_idle(moment now) {
  if (domains_.size() >= domains_max && domains_.size() % domains_max == 0)
    std::erase_if(domains_, [now](const auto& one) {
      return one.second.line.empty() && one.second.chosen == 0 && one.second.limit.allows(now);
    });
}

} // namespace sluice
