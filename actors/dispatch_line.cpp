#include "actors/dispatch_line.hpp"

#include "actors/actors.hpp"
#include "actors/core/campaign_state.hpp"
#include "actors/report_gatherer.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

namespace sluice {

dispatch_line::~dispatch_line() {
  if (queue_)
    queue_->withdraw();
}

queue_number dispatch_line::open(const engine_ptr& services, campaign_id campaign) {
  auto reports = std::make_shared<report_gatherer>();
  const auto sender = spawn_sender(*owner_, caf::actor_cast<campaign_actor>(owner_), reports);
  queue_ = services->relay->open(campaign, [to = sender, reports](relay_report report) {
    if (auto next = reports->add(std::move(report)))
      caf::anon_send(to, std::make_shared<relay_report>(std::move(*next)));
  });
  owner_->send(sender, queue_);
  open_ = ++last_queue_;
  senders_.emplace(*open_, sender);
  return *open_;
}

const letter_budget::account& dispatch_line::account(const engine_ptr& services) {
  if (!account_)
    account_ = services->letters.open();
  return *account_;
}

void dispatch_line::build(const engine_ptr& services, const campaign_state& campaign, build_order order) {
  const auto bytes_max = account(services).room();
  if (!builder_)
    builder_ = spawn_batch_builder(*owner_, caf::actor_cast<campaign_actor>(owner_), services, campaign.id,
                                   campaign.spec, campaign.audience.id);
  is_building_ = true;
  owner_->send(builder_, build_request{std::move(order), bytes_max, account_});
}

void dispatch_line::offer(batch_ptr letters) {
  owner_->send(senders_.at(*open_), std::move(letters));
}

std::optional<queue_number> dispatch_line::queue_of(const caf::actor_addr& sender) const {
  const auto found =
      std::ranges::find_if(senders_, [&](const auto& one) { return one.second.address() == sender; });
  return found == senders_.end() ? std::nullopt : std::optional{found->first};
}

void dispatch_line::answer(queue_number to, claim_answer word) {
  if (const auto found = senders_.find(to); found != senders_.end())
    owner_->send(found->second, std::move(word));
}

void dispatch_line::withdraw() {
  if (!open_)
    return;
  queue_->withdraw();
  queue_.reset();
  open_.reset();
}

void dispatch_line::on_withdraw_complete(queue_number queue) {
  const auto found = senders_.find(queue);
  if (found == senders_.end() || open_ == queue)
    return;
  owner_->send_exit(found->second, caf::exit_reason::user_shutdown);
  senders_.erase(found);
  if (senders_.empty())
    end_builder();
}

void dispatch_line::dismiss() {
  queue_.reset();
  if (open_)
    if (const auto found = senders_.find(*std::exchange(open_, {})); found != senders_.end()) {
      owner_->send_exit(found->second, caf::exit_reason::user_shutdown);
      senders_.erase(found);
    }
  end_builder();
}

void dispatch_line::end_builder() {
  if (is_building_)
    return;
  account_.reset();
  if (builder_)
    owner_->send_exit(std::exchange(builder_, {}), caf::exit_reason::user_shutdown);
}

} // namespace sluice
