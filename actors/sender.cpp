#include "actors/actors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace sluice {

namespace {

struct sender_state {
  static inline const char* name = "sender";
  campaign_queue_ptr queue;
};

sender_actor::behavior_type sender(sender_actor::stateful_pointer<sender_state> self,
                                   campaign_queue_ptr queue) {
  self->state.queue = std::move(queue);
  return {[=](batch_ptr& letters) { self->state.queue->offer(std::move(letters)); }};
}

} // namespace

sender_actor spawn_sender(campaign_actor::base& parent, campaign_queue_ptr queue) {
  return parent.spawn<caf::linked>(sender, std::move(queue));
}

} // namespace sluice
