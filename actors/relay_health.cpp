#include "actors/relay_health.hpp"

#include "messages/notice_words.hpp"

#include <algorithm>

namespace sluice {

bool relay_health::on_failure(std::size_t relay, const notice& trouble, timestamp wall, moment now) {
  const std::lock_guard guard(mutex_);
  auto& one = all_[relay];
  one.trouble = trouble;
  if (one.is_failing.exchange(true))
    return false;
  one.since = wall;
  one.delay = relay_retry_first;
  one.retry_at = now + one.delay;
  return true;
}

bool relay_health::on_success(std::size_t relay) {
  if (!all_[relay].is_failing)
    return false;
  const std::lock_guard guard(mutex_);
  all_[relay].trouble = {};
  return all_[relay].is_failing.exchange(false);
}

bool relay_health::take_try(std::size_t relay, moment now) {
  const std::lock_guard guard(mutex_);
  auto& one = all_[relay];
  if (now < one.retry_at)
    return false;
  one.delay = std::min<moment::duration>(one.delay * 2, relay_retry_max);
  one.retry_at = now + one.delay;
  return true;
}

notice relay_health::trouble(std::size_t relay) const {
  const std::lock_guard guard(mutex_);
  return all_[relay].trouble;
}

std::optional<relay_trouble> relay_health::view(std::size_t relay) const {
  const std::lock_guard guard(mutex_);
  const auto& one = all_[relay];
  if (!one.is_failing)
    return std::nullopt;
  return relay_trouble{one.since, words_of(one.trouble), one.trouble};
}

} // namespace sluice
