#include "actors/actors.hpp"
#include "actors/report_gatherer.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace sluice {

namespace {

struct sender_state {
  static inline const char* name = "sender";

  sender_actor::pointer self;
  campaign_actor campaign;
  std::shared_ptr<report_gatherer> reports;
  campaign_queue_ptr queue;

  explicit sender_state(sender_actor::pointer me) : self(me) {}

  void answer(claim_answer&& word) {
    if (!word.granted.empty())
      queue->grant(std::move(word.granted));
    if (!word.denied.empty())
      queue->deny(std::move(word.denied));
    if (auto next = reports->on_answer())
      pass_on(std::make_shared<relay_report>(std::move(*next)));
  }

  void pass_on(report_ptr report) { self->send(campaign, std::move(report)); }
};

sender_actor::behavior_type sender(sender_actor::stateful_pointer<sender_state> self,
                                   campaign_actor campaign,
                                   std::shared_ptr<report_gatherer> reports) {
  self->state.campaign = std::move(campaign);
  self->state.reports = std::move(reports);
  return {
      [=](campaign_queue_ptr queue) { self->state.queue = std::move(queue); },
      [=](batch_ptr letters) { self->state.queue->offer(std::move(letters)); },
      [=](claim_answer& word) { self->state.answer(std::move(word)); },
      [=](report_ptr& report) { self->state.pass_on(std::move(report)); },
  };
}

} // namespace

sender_actor spawn_sender(campaign_actor::base& parent,
                          campaign_actor campaign,
                          std::shared_ptr<report_gatherer> reports) {
  return parent.spawn<caf::linked>(sender, std::move(campaign), std::move(reports));
}

} // namespace sluice
