#include "actors/dispatch_line.hpp"

#include "actors/actors.hpp"
#include "actors/core/campaign_state.hpp"
#include "actors/core/deliberate_faults.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

namespace sluice {

dispatch_line::~dispatch_line() {
  if (queue_ && !is_broken(deliberate_fault::dead_campaign_sends))
    queue_->withdraw();
}

void dispatch_line::build(const engine_ptr& services, const campaign_state& campaign, letter_ranges letters) {
  open(services, campaign);
  is_building_ = true;
  building_ = letters;
  owner_->send(builder_, build_request{std::move(letters)});
}

void dispatch_line::on_built() {
  is_building_ = false;
  building_ = {};
}

void dispatch_line::open(const engine_ptr& services, const campaign_state& campaign) {
  const auto owner = caf::actor_cast<campaign_actor>(owner_);
  if (!builder_)
    builder_ =
        spawn_batch_builder(*owner_, owner, services, campaign.id, campaign.spec, campaign.audience.id);
  if (sender_)
    return;
  sender_ = spawn_sender(*owner_, owner);
  queue_ = services->relay->open(campaign.id, [to = sender_](relay_report report) {
    caf::anon_send(to, std::make_shared<relay_report>(std::move(report)));
  });
  owner_->send(sender_, queue_);
}

bool dispatch_line::offer(batch_ptr letters) {
  if (!sender_)
    return false;
  owner_->send(sender_, std::move(letters));
  return true;
}

bool dispatch_line::knows(const sender_actor& who) const {
  return is_current(who) || std::ranges::find(withdrawn_, who, &withdrawn::sender) != withdrawn_.end();
}

void dispatch_line::answer(const sender_actor& to, claim_answer word) {
  if (knows(to))
    owner_->send(to, std::move(word));
}

void dispatch_line::withdraw(const letter_ranges& handed) {
  if (!sender_)
    return;
  queue_->withdraw();
  queue_.reset();
  auto letters = handed;
  letters.remove(building_);
  for (const auto& earlier : withdrawn_)
    letters.remove(earlier.letters);
  withdrawn_.push_back({std::exchange(sender_, {}), std::move(letters)});
}

void dispatch_line::on_handed_back(const sender_actor& who, const letter_ranges& letters) {
  for (auto& one : withdrawn_)
    if (one.sender == who)
      one.letters.remove(letters);
}

bool dispatch_line::awaits_letters() const {
  return std::ranges::any_of(withdrawn_, [](const withdrawn& one) { return !one.letters.empty(); });
}

letter_ranges dispatch_line::on_withdraw_complete(const sender_actor& who) {
  const auto found = std::ranges::find(withdrawn_, who, &withdrawn::sender);
  if (found == withdrawn_.end())
    return {};
  auto left = std::move(found->letters);
  withdrawn_.erase(found);
  owner_->send_exit(who, caf::exit_reason::user_shutdown);
  if (has_no_sender())
    dismiss();
  return left;
}

void dispatch_line::dismiss() {
  queue_.reset();
  if (sender_)
    owner_->send_exit(std::exchange(sender_, {}), caf::exit_reason::user_shutdown);
  if (builder_ && !is_building_)
    owner_->send_exit(std::exchange(builder_, {}), caf::exit_reason::user_shutdown);
}

} // namespace sluice
