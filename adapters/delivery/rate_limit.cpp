#include "adapters/delivery/rate_limit.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// At high rates letters leave in bursts of this length, since no timer fires each 50 µs.
constexpr std::chrono::nanoseconds burst_max = std::chrono::milliseconds(20);
/// Domains that are remembered before those with nothing to remember are dropped.
constexpr std::size_t domains_max = 10'000;

} // namespace

rate_limit::rate_limit(std::uint32_t per_second) {
  if (per_second == 0)
    return;
  interval_ = std::chrono::nanoseconds(std::chrono::seconds(1)) / per_second;
  burst_ = std::max(std::chrono::nanoseconds{0}, burst_max - interval_);
}

bool domain_limits::allows(std::string_view domain, moment now, asker who) const {
  if (!is_limited())
    return true;
  const auto found = domains_.find(domain);
  if (found == domains_.end())
    return true;
  const auto& line = found->second.line;
  return found->second.limit.allows(now) && (line.empty() || line.front() == who);
}

void domain_limits::count(std::string_view domain, moment now, asker who) {
  if (!is_limited())
    return;
  auto& one = domain_named(domain, now);
  one.limit.count(now);
  if (!one.line.empty() && one.line.front() == who)
    std::ranges::rotate(one.line, std::next(one.line.begin()));
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
  const auto& [limit, line] = found->second;
  const auto before = std::ranges::find(line, who) - line.begin();
  return before == 0 ? limit.free_at() : std::max(limit.free_at(), now) + before * limit.interval();
}

domain_limits::one_domain& domain_limits::domain_named(std::string_view domain, moment now) {
  auto found = domains_.find(domain);
  if (found == domains_.end()) {
    forget_idle(now);
    found = domains_.emplace(std::string{domain}, one_domain{rate_limit{per_second_}, {}}).first;
  }
  return found->second;
}

/// A domain whose limit would let a letter pass anyway, and for which nobody waits, need not be remembered.
void domain_limits::forget_idle(moment now) {
  if (domains_.size() >= domains_max && domains_.size() % domains_max == 0)
    std::erase_if(domains_,
                  [now](const auto& one) { return one.second.line.empty() && one.second.limit.allows(now); });
}

} // namespace sluice
