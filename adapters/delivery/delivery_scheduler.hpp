#pragma once
// Everything that a relay knows of its campaigns' letters: which wait, which are taken, what was said of
// each, and what is to be reported. Belongs to the relay's thread; knows no sockets and no files, so that
// smtp, maildir and null share its rules:
//
//   - queues with letters take turns, one letter each, or a few where there are more queues than letters in hand;
//   - a letter is `wanted` once, when it is chosen: when it is first taken, or before that, so that its claim is
//     durable by the time that a connection is free for it (choose_ahead);
//   - a result is reported when the letter is granted, not before; a letter without its grant or denial
//     stays here even when its queue is withdrawn, since its claim may be on the way to the disk;
//   - every offered letter is reported exactly once in results, handed_back or throttled;
//   - letters of a recipient domain over its limit keep no others back;
//   - limits hold for letters as they are taken by a holder, each time, since providers count at MAIL;
//   - what is wanted and what was replied is reported a little later, with more of its kind, as long as no connection
//     waits for a grant (report_pace.hpp).

#include "adapters/delivery/delivery_inbox.hpp"
#include "adapters/delivery/letter_queue.hpp"
#include "adapters/delivery/letter_slot.hpp"
#include "adapters/delivery/pace_meter.hpp"
#include "adapters/delivery/rate_limit.hpp"
#include "adapters/delivery/report_pace.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice {

/// One queue, as the relay's thread sees it.
struct queue_record {
  std::shared_ptr<send_fence> fence;
  letter_queue letters;
  std::vector<letter_slot*> awaited; ///< slots whose grant or denial is to come, oldest first
  std::size_t slots = 0;
  bool is_in_round = false;
  moment throttled_until = moment::min(); ///< not in the ring although it has letters
  bool told_failing = false;              ///< it was told that the relay fails
  notice told_trouble;                    ///< and why
  std::string sender;                     ///< of its letters, as far as any was offered
  /// Whom the server refused before any was.
  std::map<std::string, reply_ptr, std::less<>> refused_senders;
  bool is_refused = false; ///< nothing is taken from its sender: it rests until it is withdrawn
  bool is_withdrawn = false;
  bool withdraw_complete = false;
  bool is_dirty = false;
  relay_report report;
  std::vector<reply_ptr> words; ///< of report.results, to compare quickly
};

struct delivery_limits {
  std::size_t letters_in_hand_max = 40; ///< chosen and not yet settled, all queues together
  std::uint32_t letters_per_second_max = 0;
  std::uint32_t letters_per_second_per_domain_max = 0;
  std::vector<relay_limit> limits{}; ///< beside these
};

class delivery_scheduler {
public:
  explicit delivery_scheduler(delivery_limits limits);
  ~delivery_scheduler();

  /// Carries out what queues asked. Holders hear of answers by on_answer.
  void apply(std::vector<queue_request>& requests, moment now);

  /// The next letter for `holder`, reported as wanted if it is taken for the first time. Nothing when there
  /// is none, when limits forbid (see ready_at), or when too many are in hand.
  letter_slot* take(moment now, letter_holder* holder);

  /// Has letters claimed before a connection is free for them, as many as may be in hand. Not while the relay fails:
  /// they would only come back.
  void choose_ahead(moment now);

  /// Whether a take might give something now.
  bool has_letters(moment now) const;
  /// How many letters wait, those of queues that rest until a domain's limit lets one go not counted.
  std::size_t waiting(moment now) {
    end_throttles(now);
    return waiting_ + requeued_.size() + suspects_.size() + ahead_.size() + granted_.size();
  }
  /// The pace that the server was found to bear, letters a second; 0: no bound. Counted as letters are taken.
  void set_pace(double per_second);
  /// The same for a recipient domain.
  void set_pace(std::string_view domain, double per_second) { domains_.set_found(domain, per_second); }
  /// Nothing is taken before.
  void close_until(moment at) { closed_until_ = at; }

  /// When rate limits forbid a take: from when on it may give something; moment::max() without such.
  moment ready_at(moment now) const;

  /// The limit on letters to this domain; of 0 letters: none.
  relay_limit limit_of(std::string_view domain) const { return domains_.limit_of(domain); }
  /// How many letters of all queues wait here for this domain's limit.
  std::size_t waiting_for_domain(std::string_view domain) const;
  /// Letters wait although places are free for them: where connections are free too, a limit on all letters together
  /// is what they wait for.
  bool waits_for_total() const { return total_.is_limited() && !free_.empty() && waiting_ > 0; }
  /// The one of those limits that lets the next letter go last. Only where there is one.
  const relay_limit& total_limit() const { return total_.last_limit(); }

  /// The letter in hand has its outcome; with `pending` it goes back to its campaign. `slot` is given up.
  void settle(letter_slot& slot, letter_state outcome, const reply_ptr& words);
  /// The letter's connection ended: it waits for another one, before all others, or goes back when it was
  /// called back, or when too many connections have failed under it. `slot` is given up.
  void put_back(letter_slot& slot, bool has_failed, const reply_ptr& words);
  /// Its connection may have ended because of this letter: it waits for another one, one such letter at a time.
  void suspect(letter_slot& slot, const reply_ptr& words);
  /// Whether no other letter is here that could leave.
  bool is_alone(const letter_slot& slot, moment now);
  /// The server takes nothing from this letter's sender: all queues of that sender hear it and rest until they are
  /// withdrawn; one that has offered nothing yet hears it when it does, unless a letter of that sender was accepted
  /// between. The letter is to be settled, too.
  void refuse_sender(const letter_slot& slot, const reply_ptr& said);
  /// Letters that wait for a connection go back to their campaigns: the relay as a whole fails.
  void give_up_waiting(const reply_ptr& words);

  /// True when the letter must not be sent any more: denied, its queue withdrawn, or the relay stopping.
  bool is_called_back(const letter_slot& slot) const;

  /// Tells all queues that do not know it yet whether the relay fails, and why. A queue that is opened later hears of
  /// it at the next failure: by then the relay may work.
  void set_condition(bool failing, const notice& trouble);
  bool is_failing() const { return is_failing_; }

  /// Nothing more is taken; queued letters go back, as do those offered from now on.
  void stop();
  bool is_stopping() const { return is_stopping_; }
  /// After stop: true when no letter is in hand or waits for its answer.
  bool is_settled() const { return free_.size() == slots_.size(); }
  /// After stop: no answer is awaited any longer; letters without one are handed back.
  void end_waiting_for_answers();

  /// The letter in hand can go on only with its grant.
  void on_grant_needed(const letter_slot& slot, moment now);
  /// Sends each queue's report, if it has any and they need not wait for more.
  void deliver_reports(moment now);
  /// When reports that wait are to be delivered; moment::max() without such.
  moment reports_due() const { return reports_due_; }

private:
  letter_slot* choose(moment now);
  std::size_t letters_a_turn() const;
  void end_turn();
  void open(const std::shared_ptr<send_fence>& fence);
  void offer(queue_record& queue, batch_part letters);
  void answer(queue_record& queue, const letter_ranges& letters, letter_slot::answer said, moment now);
  void withdraw(queue_record& queue);
  void drop(queue_record& queue);
  void call_back(queue_record& queue);
  void answered(letter_slot& slot);
  void send_back(letter_slot& slot, const reply_ptr& words);
  void report_result(letter_slot& slot, letter_state outcome, const reply_ptr& words);
  void hand_back(letter_slot& slot);
  void release(letter_slot& slot);
  void join_round(queue_record& queue);
  void leave_round(queue_record& queue);
  void end_throttles(moment now);
  void mark(queue_record& queue);
  void mark_for_later(queue_record& queue);
  bool may_take_suspect(moment now) const;
  bool may_leave(const letter_slot& slot, moment now) const;
  letter_slot* take_first(std::deque<letter_slot*>& line, moment now);
  bool may_take(moment now) const;
  void send_back_waiting(queue_record& queue);
  void refuse(queue_record& queue, const reply& said);
  void learn_sender(queue_record& queue, const batch& letters);
  void forget_refusal(const std::string& sender);
  void on_withdraw_complete(queue_record& queue);

  domain_limits domains_;
  total_limits total_;
  std::vector<letter_slot> slots_;
  std::vector<letter_slot*> free_;
  std::deque<letter_slot*> requeued_;
  std::deque<letter_slot*> suspects_;
  bool has_refused_senders_ = false; ///< some queue
  bool do_suspects_rest_ = false;    ///< until another was accepted, where there are others
  rate_limit pace_found_;
  bool has_pace_ = false;
  moment closed_until_ = moment::min();
  std::deque<letter_slot*> ahead_;   ///< chosen, their answers to come
  std::deque<letter_slot*> granted_; ///< chosen and granted
  std::unordered_map<send_fence*, std::unique_ptr<queue_record>> queues_;
  std::deque<queue_record*> round_robin_;
  pace_meter pace_;
  std::size_t turn_letters_ = 0; ///< that the first in the round has taken in its turn
  std::set<std::pair<moment, queue_record*>> throttled_; ///< all their letters wait for a domain's limit
  std::size_t waiting_ = 0;                              ///< letters of the queues in the ring
  std::vector<queue_record*> dirty_;
  report_pace report_pace_;
  moment reports_due_ = moment::max();
  bool is_urgent_ = false; ///< what there is to report
  bool is_failing_ = false;
  bool is_stopping_ = false;
};

} // namespace sluice
