#pragma once
// Everything that a relay knows of its campaigns' letters: which wait, which are taken, what was said of
// each, and what is to be reported. Belongs to the relay's thread; knows no sockets and no files, so that
// smtp, maildir and null share its rules:
//
//   - lanes with letters take turns, one letter each;
//   - a letter is `wanted` once, when it is first taken;
//   - a result is reported when the letter is granted, not before; a letter without its grant or denial
//     stays here even when its lane is withdrawn, since its claim may be on the way to the disk;
//   - every offered letter is reported exactly once in results or handed_back.

#include "adapters/lanes/lane_inbox.hpp"
#include "adapters/lanes/lane_queue.hpp"
#include "adapters/lanes/letter_slot.hpp"
#include "adapters/lanes/rate_limit.hpp"

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice {

/// One lane, as the relay's thread sees it.
struct lane_record {
  std::shared_ptr<lane_door> door;
  lane_queue queue;
  std::vector<letter_slot*> awaited; ///< slots whose grant or denial is to come, oldest first
  std::size_t slots = 0;
  bool is_in_ring = false;
  moment resting_until = moment::min(); ///< not in the ring although it has letters
  bool knows_failing = false;           ///< it was told that the relay fails
  notice knows_trouble;                 ///< and why
  bool is_withdrawn = false;
  bool has_drained = false;
  bool is_dirty = false;
  relay_report report;
  std::vector<reply_ptr> words; ///< of report.results, to compare quickly
};

struct lane_book_limits {
  std::size_t letters_in_hand_max = 40; ///< taken and not yet settled, all lanes together
  std::uint32_t letters_per_second_max = 0;
  std::uint32_t letters_per_second_per_domain_max = 0;
};

class lane_book {
public:
  explicit lane_book(lane_book_limits limits);
  ~lane_book();

  /// Carries out what lanes asked. Holders hear of answers by note_answer.
  void apply(std::vector<lane_request>& requests);

  /// The next letter for `holder`, reported as wanted if it is taken for the first time. Nothing when there
  /// is none, when limits forbid (see ready_at), or when too many are in hand.
  letter_slot* take(moment now, letter_holder* holder);

  /// Whether a take might give something now.
  bool has_letters(moment now) const;
  /// How many letters wait, those of lanes that rest until a domain's limit lets one go not counted.
  std::size_t waiting(moment now) {
    end_rests(now);
    return waiting_ + again_.size();
  }
  /// When rate limits forbid a take: from when on it may give something; moment::max() without such.
  moment ready_at(moment now) const;

  /// How many letters of all lanes wait for this domain's limit.
  std::size_t waiting_for_domain(std::string_view domain) const;
  /// Letters wait although places are free for them: where connections are free too, the limit on all
  /// letters together is what they wait for.
  bool has_free_places_and_letters() const { return !free_.empty() && waiting_ + again_.size() > 0; }

  /// The letter in hand has its outcome; with `pending` it goes back to its campaign. `slot` is given up.
  void settle(letter_slot& slot, letter_state outcome, const reply_ptr& words);
  /// The letter's connection ended: it waits for another one, before all others, or goes back when it was
  /// called back, or when too many connections have failed under it. `slot` is given up.
  void put_back(letter_slot& slot, bool has_failed, const reply_ptr& words);
  /// Letters that wait for another connection go back to their campaigns: the relay as a whole fails.
  void give_up_again(const reply_ptr& words);

  /// True when the letter must not be sent any more: denied, its lane withdrawn, or the relay stopping.
  bool is_called_back(const letter_slot& slot) const;

  /// Tells all lanes that do not know it yet whether the relay fails, and why. A lane that is opened later hears of
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

  /// Sends each lane's report, if it has any.
  void deliver_reports();

private:
  void open(const std::shared_ptr<lane_door>& door);
  void offer(lane_record& lane, batch_ptr letters);
  void answer(lane_record& lane, const letter_ranges& letters, letter_slot::answer said);
  void withdraw(lane_record& lane);
  void drop(lane_record& lane);
  void call_back(lane_record& lane);
  void answered(letter_slot& slot);
  void send_back(letter_slot& slot, const reply_ptr& words);
  void report_result(letter_slot& slot, letter_state outcome, const reply_ptr& words);
  void hand_back(letter_slot& slot);
  void release(letter_slot& slot);
  void enter_ring(lane_record& lane);
  void leave_ring(lane_record& lane);
  void end_rests(moment now);
  void mark(lane_record& lane);
  void note_drained(lane_record& lane);

  domain_limits domains_;
  rate_limit total_;
  std::vector<letter_slot> slots_;
  std::vector<letter_slot*> free_;
  std::deque<letter_slot*> again_;
  std::unordered_map<lane_door*, std::unique_ptr<lane_record>> lanes_;
  std::deque<lane_record*> ring_;
  std::set<std::pair<moment, lane_record*>> resting_; ///< all their letters wait for a domain's limit
  std::size_t waiting_ = 0;                           ///< letters of the lanes in the ring
  std::vector<lane_record*> dirty_;
  bool is_failing_ = false;
  bool is_stopping_ = false;
};

} // namespace sluice
