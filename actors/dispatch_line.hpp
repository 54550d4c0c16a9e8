#pragma once
// A campaign's children, there only while letters are leaving: the builder, the sender with its queue at the
// relay, and queues that were withdrawn and still finish letters on connections, with their senders. Which letter is
// where is the outbox's; here are the actors.

#include "actors/engine.hpp"
#include "actors/interfaces.hpp"
#include "actors/letter_budget.hpp"
#include "actors/outbox.hpp"

#include <map>
#include <optional>

namespace sluice {

class report_gatherer;

/// Used by the campaign's actor only, in its own handlers.
class dispatch_line {
public:
  explicit dispatch_line(campaign_actor::pointer owner) : owner_(owner) {}
  /// Withdraws the queue. A campaign that dies leaves a sender that has not heard of it yet and keeps the queue, with
  /// letters that were granted: none of them may leave once the supervisor, which hears of the death after this,
  /// revives the campaign.
  ~dispatch_line();
  dispatch_line(const dispatch_line&) = delete;
  dispatch_line& operator=(const dispatch_line&) = delete;

  /// Opens a queue at the relay, whose reports come to the campaign, with a sender before it. There is none open.
  queue_number open(const engine_ptr& services, const campaign_state& campaign);
  bool is_open() const { return open_.has_value(); }

  /// This campaign's part in the memory of letters made ready.
  const letter_budget::account& account(const engine_ptr& services);
  /// Has letters made ready; spawns the builder if there is none. One order at a time.
  void build(const engine_ptr& services, const campaign_state& campaign, build_order order);
  /// The builder answered.
  void on_built() { is_building_ = false; }

  /// Hands letters to the open queue's sender.
  void offer(batch_ptr letters);
  /// An open queue, or a withdrawn one.
  const campaign_queue_ptr& queue(queue_number number) const { return queues_.at(number).queue; }
  /// The campaign is done with a queue's report; these of its wanted letters may not leave. Gives what was reported
  /// meanwhile, which no message brings then. A queue that is gone hears and says nothing.
  report_ptr answer(queue_number to, letter_ranges denied);

  /// From when this returns, no end of data is begun; the sender is kept until its queue's withdrawal is complete.
  void withdraw();
  /// Ends a withdrawn sender.
  void on_withdraw_complete(queue_number queue);
  /// True when no sender is there, withdrawn or not.
  bool has_no_sender() const { return queues_.empty(); }
  /// Ends the open queue's sender, from which nothing is awaited, and the builder; one that is at work is kept until
  /// it has answered.
  void dismiss();

private:
  struct queue_line {
    sender_actor sender;
    campaign_queue_ptr queue;
    std::shared_ptr<report_gatherer> reports;
  };

  void end(std::map<queue_number, queue_line>::iterator one);
  void end_builder();

  campaign_actor::pointer owner_;
  std::map<queue_number, queue_line> queues_; ///< the open one, and withdrawn ones
  std::optional<queue_number> open_;
  queue_number last_queue_ = 0;
  batch_builder_actor builder_;
  std::shared_ptr<letter_budget::account> account_;
  bool is_building_ = false;
};

} // namespace sluice
