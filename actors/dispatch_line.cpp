#include "actors/dispatch_line.hpp"

#include "actors/actors.hpp"
#include "actors/core/campaign_state.hpp"
#include "actors/report_gatherer.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace sluice {

dispatch_line::~dispatch_line() {
  withdraw();
}

queue_number dispatch_line::open(const engine_ptr& services, const campaign_state& campaign) {
  const auto number = ++last_queue_;
  const auto reports = std::make_shared<report_gatherer>();
  // By its address: the campaign holds the queue, and the queue must not hold the campaign.
  const auto tell = [to = owner_->address(), number, reports](relay_report report) {
    if (auto next = reports->add(std::move(report)))
      if (const auto owner = caf::actor_cast<campaign_actor>(to))
        caf::anon_send(owner, number, std::make_shared<relay_report>(std::move(*next)));
  };
  auto queue = services->relay->open(campaign.id, route_of(campaign.spec), tell);
  auto sender = spawn_sender(*owner_, queue);
  queues_.emplace(number, queue_line{std::move(sender), std::move(queue), reports});
  open_ = number;
  return number;
}

const letter_budget::account& dispatch_line::account(const engine_ptr& services) {
  if (!account_)
    account_ = services->letters.open([to = owner_->address()] {
      if (const auto there = caf::actor_cast<campaign_actor>(to))
        caf::anon_send(there, caf::tick_atom::value);
    });
  return *account_;
}

void dispatch_line::build(const engine_ptr& services, const campaign_state& campaign, build_order order) {
  const auto bytes_max = account(services).room();
  if (!builder_)
    builder_ =
        spawn_batch_builder(*owner_, caf::actor_cast<campaign_actor>(owner_), services,
                            letter_origin{campaign.id, services->store->secret(), campaign.message_ids},
                            campaign.spec, campaign.audience);
  is_building_ = true;
  owner_->send(builder_, build_request{std::move(order), bytes_max, account_});
}

void dispatch_line::offer(batch_ptr letters) {
  owner_->send(queues_.at(*open_).sender, std::move(letters));
}

report_ptr dispatch_line::answer(queue_number to, letter_ranges denied) {
  const auto found = queues_.find(to);
  if (found == queues_.end())
    return nullptr;
  const auto& one = found->second;
  if (!denied.empty())
    one.queue->deny(std::move(denied));
  auto next = one.reports->on_answer();
  return next ? std::make_shared<relay_report>(std::move(*next)) : nullptr;
}

void dispatch_line::withdraw() {
  if (!open_)
    return;
  queues_.at(*open_).queue->withdraw();
  open_.reset();
}

void dispatch_line::on_withdraw_complete(queue_number queue) {
  const auto found = queues_.find(queue);
  if (found == queues_.end() || open_ == queue)
    return;
  end(found);
  if (queues_.empty())
    end_builder();
}

void dispatch_line::dismiss() {
  if (open_)
    end(queues_.find(*std::exchange(open_, {})));
  end_builder();
}

void dispatch_line::end(std::map<queue_number, queue_line>::iterator one) {
  owner_->send_exit(one->second.sender, caf::exit_reason::user_shutdown);
  queues_.erase(one);
}

void dispatch_line::end_builder() {
  if (is_building_)
    return;
  account_.reset();
  if (builder_)
    owner_->send_exit(std::exchange(builder_, {}), caf::exit_reason::user_shutdown);
}

} // namespace sluice
