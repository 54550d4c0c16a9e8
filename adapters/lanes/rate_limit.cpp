#include "adapters/lanes/rate_limit.hpp"

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

bool domain_limits::allows(std::string_view domain, moment now) const {
  if (!is_limited())
    return true;
  const auto found = domains_.find(domain);
  return found == domains_.end() || found->second.allows(now);
}

moment domain_limits::free_at(std::string_view domain) const {
  const auto found = domains_.find(domain);
  return found == domains_.end() ? moment::min() : found->second.free_at();
}

void domain_limits::count(std::string_view domain, moment now) {
  if (!is_limited())
    return;
  auto found = domains_.find(domain);
  if (found == domains_.end()) {
    forget_idle(now);
    found = domains_.emplace(std::string{domain}, rate_limit{per_second_}).first;
  }
  found->second.count(now);
}

/// A domain whose limit would let a letter pass anyway need not be remembered.
void domain_limits::forget_idle(moment now) {
  if (domains_.size() >= domains_max && domains_.size() % domains_max == 0)
    std::erase_if(domains_, [now](const auto& one) { return one.second.allows(now); });
}

} // namespace sluice
