#include "actors/campaign_follower.hpp"

#include "actors/audit/recovery.hpp"
#include "actors/core/evolve.hpp"

#include <spdlog/spdlog.h>

namespace sluice {

void campaign_follower::on_changed(const std::vector<campaign_id>& campaigns) {
  waiting_.insert(campaigns.begin(), campaigns.end());
}

void campaign_follower::forget(campaign_id campaign) {
  waiting_.erase(campaign);
  states_.erase(campaign);
  if (under_way_.contains(campaign))
    forgotten_.insert(campaign);
}

std::optional<campaign_follower::look> campaign_follower::next() {
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    if (under_way_.contains(*at))
      continue;
    const auto campaign = *at;
    waiting_.erase(at);
    under_way_.insert(campaign);
    const auto known = states_.find(campaign);
    return look{campaign, known == states_.end() ? nullptr : known->second.state};
  }
  return std::nullopt;
}

result<campaign_follower::look> campaign_follower::fold(const engine& services, look from) {
  if (!from.state) {
    auto recovered = recover(*services.store, from.campaign);
    if (!recovered)
      return std::unexpected(recovered.error());
    from.state = std::make_shared<campaign_state>(std::move(*recovered));
    return from;
  }
  const auto read =
      services.store->journal().read(from.campaign, from.state->last_event + 1, [&](const stored_event& one) {
        evolve(*from.state, one.event);
        return true;
      });
  if (!read)
    return std::unexpected(read.error());
  return from;
}

void campaign_follower::on_folded(campaign_id campaign, result<look> folded) {
  under_way_.erase(campaign);
  if (forgotten_.erase(campaign) > 0)
    return;
  if (!folded) {
    states_.erase(campaign);
    if (folded.error().code == error_code::not_found)
      services_->campaigns.remove(campaign); // its owner has removed it
    else
      spdlog::warn("{}, of another node, cannot be shown: {}", to_string(campaign), folded.error().message);
    return;
  }
  auto& one = states_[campaign];
  if (!one.state)
    one.watchers = view_publisher(services_->campaigns, services_->settings.suspicion.trial_letters);
  one.state = folded->state;
  const auto now = services_->now();
  one.watchers.record_progress(*one.state, now);
  one.watchers.publish(*one.state, {}, now);
  const auto is_moving = one.state->may_claim() || one.state->in_flight() > 0;
  if (!is_moving || states_.size() > states_max)
    states_.erase(campaign);
}

} // namespace sluice
