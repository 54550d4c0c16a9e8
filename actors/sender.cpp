#include "actors/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

namespace sluice {

namespace {

/// Adds a later report to an earlier one; what each letter is in stays true.
void merge(relay_report& into, relay_report&& later) {
  into.wanted.add(later.wanted);
  into.handed_back.add(later.handed_back);
  for (auto& group : later.results) {
    const auto same = std::ranges::find_if(into.results, [&](const result_group& one) {
      return one.outcome == group.outcome && one.answer == group.answer;
    });
    // A letter can be wanted, settled and wanted again; its results must keep their order.
    if (same != into.results.end() && std::next(same) == into.results.end())
      same->letters.add(group.letters);
    else
      into.results.push_back(std::move(group));
  }
  if (later.has_condition) {
    into.has_condition = true;
    into.failing = later.failing;
    into.trouble = std::move(later.trouble);
  }
  into.withdraw_complete = into.withdraw_complete || later.withdraw_complete;
}

struct sender_state {
  static inline const char* name = "sender";

  sender_actor::pointer self;
  campaign_actor campaign;
  campaign_queue_ptr queue;
  relay_report gathered;
  bool campaign_is_busy = false; ///< it has a report that it did not reply to yet

  explicit sender_state(sender_actor::pointer me) : self(me) {}

  void offer(batch_ptr letters) { queue->offer(std::move(letters)); }

  void reply(claim_answer&& word) {
    if (!word.granted.empty())
      queue->grant(std::move(word.granted));
    if (!word.denied.empty())
      queue->deny(std::move(word.denied));
    campaign_is_busy = false;
    pass_on();
  }

  void gather(relay_report&& report) {
    merge(gathered, std::move(report));
    pass_on();
  }

  void pass_on() {
    if (campaign_is_busy || gathered.empty())
      return;
    campaign_is_busy = true;
    self->send(campaign, std::make_shared<relay_report>(std::exchange(gathered, {})));
  }
};

sender_actor::behavior_type sender(sender_actor::stateful_pointer<sender_state> self,
                                   campaign_actor campaign) {
  self->state.campaign = std::move(campaign);
  return {
      [=](campaign_queue_ptr queue) { self->state.queue = std::move(queue); },
      [=](batch_ptr letters) { self->state.offer(std::move(letters)); },
      [=](claim_answer& word) { self->state.reply(std::move(word)); },
      [=](report_ptr& report) { self->state.gather(std::move(*report)); },
  };
}

} // namespace

sender_actor spawn_sender(campaign_actor::base& parent, campaign_actor campaign) {
  return parent.spawn<caf::linked>(sender, std::move(campaign));
}

} // namespace sluice
