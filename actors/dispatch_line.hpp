#pragma once
// A campaign's children, there only while letters are leaving: the builder, the sender with its queue at the
// relay, and senders that were withdrawn and still finish letters on connections.

#include "actors/engine.hpp"
#include "actors/interfaces.hpp"

#include <vector>

namespace sluice {

struct campaign_state;

/// Used by the campaign's actor only, in its own handlers.
class dispatch_line {
public:
  explicit dispatch_line(campaign_actor::pointer owner) : owner_(owner) {}
  /// Withdraws the queue. A campaign that dies leaves a sender that has not heard of it yet, with grants before it:
  /// nothing more may leave by them once the supervisor, which hears of the death after this, revives the campaign.
  ~dispatch_line();
  dispatch_line(const dispatch_line&) = delete;
  dispatch_line& operator=(const dispatch_line&) = delete;

  /// Has letters made ready; spawns what is missing for that. One request at a time.
  void build(const engine_ptr& services, const campaign_state& campaign, letter_ranges letters);
  bool is_building() const { return is_building_; }
  /// The builder answered.
  void on_built();

  /// Hands letters to the sender. False: it was withdrawn meanwhile, and they were not taken.
  bool offer(batch_ptr letters);
  /// True for the sender that takes letters now, not for those that are withdrawn.
  bool is_current(const sender_actor& who) const { return who == sender_; }
  /// The campaign's word; senders that are gone get none.
  void answer(const sender_actor& to, claim_answer word);

  /// True for a sender that is there, withdrawn or not.
  bool knows(const sender_actor& who) const;

  /// From when this returns, no end of data is begun; the sender is kept until it is drained. `handed` is what
  /// was built and is not claimed: but for what is being built now, the senders have it.
  void withdraw(const letter_ranges& handed);
  /// A withdrawn sender gave letters back.
  void on_handed_back(const sender_actor& who, const letter_ranges& letters);
  /// Ends a withdrawn sender. Answers letters that were offered to it and never came back: it had not taken
  /// them yet when its queue was drained.
  letter_ranges on_withdraw_complete(const sender_actor& who);
  /// True while a withdrawn sender has letters that it did not give back yet. Nothing is to be built then: what
  /// comes back may stand before it.
  bool awaits_letters() const;
  /// True when no sender is there, withdrawn or not.
  bool has_no_sender() const { return !sender_ && withdrawn_.empty(); }
  /// Ends the children; a builder that is at work is kept until it has answered.
  void dismiss();

private:
  struct withdrawn {
    sender_actor sender;
    letter_ranges letters; ///< that it was offered and did not give back yet
  };

  void open(const engine_ptr& services, const campaign_state& campaign);

  campaign_actor::pointer owner_;
  sender_actor sender_;
  campaign_queue_ptr queue_;
  batch_builder_actor builder_;
  bool is_building_ = false;
  letter_ranges building_;
  std::vector<withdrawn> withdrawn_;
};

} // namespace sluice
