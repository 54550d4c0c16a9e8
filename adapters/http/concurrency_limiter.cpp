#include "adapters/http/concurrency_limiter.hpp"

namespace sluice {

concurrency_limiter::permit::~permit() {
  const auto state = alive_.lock();
  if (!state)
    return;
  --state->going;
  --state->clients[client_].going;
  from_->let_in();
  from_->forget_if_idle(client_);
}

bool concurrency_limiter::enter(const std::string& client,
                                std::weak_ptr<void> alive,
                                std::function<void(permit_ptr)> granted) {
  if (has_place(client)) {
    granted(grant(client));
    return true;
  }
  auto& count = state_->clients[client];
  if (count.waiting >= limits_.waiting_per_client || state_->line.size() >= limits_.waiting_in_all) {
    forget_if_idle(client);
    return false;
  }
  ++count.waiting;
  state_->line.push_back({client, std::move(alive), std::move(granted)});
  return true;
}

bool concurrency_limiter::has_place(const std::string& client) const {
  if (state_->going >= limits_.in_all)
    return false;
  const auto known = state_->clients.find(client);
  return known == state_->clients.end() || known->second.going < limits_.per_client;
}

concurrency_limiter::permit_ptr concurrency_limiter::grant(const std::string& client) {
  ++state_->going;
  ++state_->clients[client].going;
  return std::make_unique<permit>(*this, client);
}

void concurrency_limiter::let_in() {
  auto at = state_->line.begin();
  while (at != state_->line.end() && state_->going < limits_.in_all) {
    if (!at->alive.expired() && !has_place(at->client)) {
      ++at;
      continue;
    }
    auto next = std::move(*at);
    state_->line.erase(at);
    --state_->clients[next.client].waiting;
    if (next.alive.expired())
      forget_if_idle(next.client);
    else
      next.granted(grant(next.client));
    // Whoever was let in may have given its place back already, which changes the line.
    at = state_->line.begin();
  }
}

void concurrency_limiter::forget_if_idle(const std::string& client) {
  const auto known = state_->clients.find(client);
  if (known != state_->clients.end() && known->second.going == 0 && known->second.waiting == 0)
    state_->clients.erase(known);
}

} // namespace sluice
