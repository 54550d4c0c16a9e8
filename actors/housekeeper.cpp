#include "actors/housekeeper.hpp"

#include "actors/actors.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <spdlog/spdlog.h>

#include <deque>
#include <utility>

namespace sluice {

namespace {

/// What is kept for a time is looked through so often.
constexpr milliseconds retention_every = std::chrono::hours(1);

struct housekeeper_state {
  static inline const char* name = "housekeeper";

  caf::event_based_actor* self = nullptr;
  engine_ptr services;
  supervisor_actor supervisor;
  findings_keepers keepers;
  timestamp next_retention;
  std::deque<campaign_id> outdated; ///< and still to be removed
  std::size_t removed = 0;          ///< of those that were outdated together

  void begin(caf::event_based_actor* me, engine_ptr with, supervisor_actor of, findings_keepers those) {
    self = me;
    services = std::move(with);
    supervisor = std::move(of);
    keepers = std::move(those);
    next_retention = services->now() + retention_every;
    self->delayed_send(self, findings_keeper::keep_every, caf::tick_atom::value);
    // Whoever starts the engine hears of the supervisor's end.
    self->request(supervisor, caf::infinite, list_atom::value)
        .then([this](const std::vector<campaign_id>&) { look_for_outdated_campaigns(); },
              [](const caf::error&) {});
  }

  void keep_findings() {
    for (auto& one : keepers)
      one.keep();
  }

  void tick() {
    keep_findings();
    if (const auto now = services->now(); now >= next_retention) {
      next_retention = now + retention_every;
      enforce_retention(*services);
      look_for_outdated_campaigns();
    }
    self->delayed_send(self, findings_keeper::keep_every, caf::tick_atom::value);
  }

  void look_for_outdated_campaigns() {
    const auto kept_for = services->settings.retention.campaigns;
    if (kept_for == milliseconds{0} || !outdated.empty())
      return;
    const auto found = outdated_campaigns(services->campaigns.all(), services->now(), kept_for);
    outdated.assign(found.begin(), found.end());
    if (!outdated.empty())
      remove_next();
  }

  /// One after the other, each by a message of its own: there may be thousands, and neither findings nor the engine's end
  /// wait for them.
  void remove_next() {
    if (outdated.empty())
      return end_of_removals();
    self->request(supervisor, caf::infinite, remove_atom::value, outdated.front())
        .then(
            [this](bool is_removed) {
              removed += is_removed ? 1 : 0;
              outdated.pop_front();
              remove_next();
            },
            [this](const caf::error&) { outdated.clear(); });
  }

  void end_of_removals() {
    if (const auto count = std::exchange(removed, 0); count > 0) {
      spdlog::info("campaigns removed that were over longer than retention.campaigns ago: {}", count);
      services->store->removed_campaigns().free_space();
    }
  }
};

caf::behavior housekeeper(caf::stateful_actor<housekeeper_state>* self,
                          engine_ptr services,
                          supervisor_actor supervisor,
                          findings_keepers keepers) {
  self->state.begin(self, std::move(services), std::move(supervisor), std::move(keepers));
  return {[self](caf::tick_atom) { self->state.tick(); },
          [self](halt_atom) {
            self->state.keep_findings();
            self->quit();
          }};
}

} // namespace

caf::actor spawn_housekeeper(caf::actor_system& system,
                             engine_ptr services,
                             supervisor_actor supervisor,
                             findings_keepers keepers) {
  return system.spawn<caf::detached>(housekeeper, std::move(services), std::move(supervisor),
                                     std::move(keepers));
}

} // namespace sluice
