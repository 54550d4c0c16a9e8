#include "adapters/http/guess_limiter.hpp"

#include <algorithm>

namespace sluice {

std::optional<milliseconds> guess_limiter::on_wrong_token(const std::string& address, timestamp now) {
  const auto room = limits_.for_each * static_cast<milliseconds::rep>(limits_.at_once);
  const auto known = free_at_.find(address);
  // A clock that was set back must not keep anybody for longer than a full measure.
  const auto free_at = known == free_at_.end() ? now : std::clamp(known->second, now, now + room);
  if (known != free_at_.end() && known->second > free_at)
    remember(address, free_at);
  if (free_at + limits_.for_each > now + room)
    return free_at + limits_.for_each - (now + room);
  remember(address, free_at + limits_.for_each);
  // Those that have nothing on them any more are as good as forgotten.
  while (!in_order_.empty() && (in_order_.begin()->first <= now || free_at_.size() > limits_.addresses_max)) {
    free_at_.erase(in_order_.begin()->second);
    in_order_.erase(in_order_.begin());
  }
  return std::nullopt;
}

void guess_limiter::remember(const std::string& address, timestamp free_at) {
  const auto [at, is_new] = free_at_.try_emplace(address, free_at);
  if (!is_new)
    in_order_.erase({at->second, address});
  at->second = free_at;
  in_order_.emplace(free_at, address);
}

} // namespace sluice
