#include "adapters/lanes/lane_book.hpp"

#include "messages/check.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// A letter under which so many connections failed goes back to its campaign, whatever the others do.
constexpr std::uint8_t attempts_max = 3;
/// Only so many groups of a report are compared with a new result; the rest may repeat words.
constexpr std::size_t groups_compared_max = 8;

const reply_ptr& no_words() {
  static const auto none = std::make_shared<const reply>();
  return none;
}

} // namespace

lane_book::lane_book(lane_book_limits limits) :
    domains_(limits.letters_per_second_per_domain_max), total_(limits.letters_per_second_max),
    slots_(limits.letters_in_hand_max) {
  free_.reserve(slots_.size());
  for (auto& slot : slots_)
    free_.push_back(&slot);
}

lane_book::~lane_book() = default;

// -- what lanes ask -----------------------------------------------------------------------------------

void lane_book::apply(std::vector<lane_request>& requests) {
  for (auto& request : requests) {
    if (request.what == lane_request::kind::open) {
      open(request.door);
      continue;
    }
    const auto found = lanes_.find(request.door.get());
    if (found == lanes_.end())
      continue; // it has drained
    auto& lane = *found->second;
    switch (request.what) {
    case lane_request::kind::open:
      break;
    case lane_request::kind::offer:
      offer(lane, std::move(request.letters));
      break;
    case lane_request::kind::grant:
      answer(lane, request.answered, letter_slot::answer::granted);
      break;
    case lane_request::kind::deny:
      answer(lane, request.answered, letter_slot::answer::denied);
      break;
    case lane_request::kind::withdraw:
      withdraw(lane);
      break;
    case lane_request::kind::drop:
      drop(lane);
      break;
    }
  }
  requests.clear();
}

void lane_book::open(const std::shared_ptr<lane_door>& door) {
  auto lane = std::make_unique<lane_record>();
  lane->door = door;
  lanes_.emplace(door.get(), std::move(lane));
}

void lane_book::offer(lane_record& lane, batch_ptr letters) {
  if (lane.is_withdrawn || is_stopping_) {
    for (const auto& one : letters->letters)
      lane.report.handed_back.add(one.index);
    mark(lane);
    return;
  }
  if (lane.is_in_ring)
    waiting_ += letters->letters.size();
  lane.queue.push(std::move(letters));
  if (!lane.is_in_ring)
    enter_ring(lane);
}

void lane_book::answer(lane_record& lane, const letter_ranges& letters, letter_slot::answer said) {
  // Collected first: answering may settle slots, which changes the list.
  std::vector<letter_slot*> found;
  std::erase_if(lane.awaited, [&](letter_slot* slot) {
    if (!letters.contains(slot->one->index))
      return false;
    slot->said = said;
    found.push_back(slot);
    return true;
  });
  for (auto* slot : found)
    answered(*slot);
}

void lane_book::answered(letter_slot& slot) {
  const auto is_granted = slot.said == letter_slot::answer::granted;
  switch (slot.where) {
  case letter_slot::place::nowhere:
    break;
  case letter_slot::place::in_hand:
    slot.holder->note_answer(slot);
    break;
  case letter_slot::place::again:
    if (!is_granted) {
      std::erase(again_, &slot);
      hand_back(slot);
    }
    break;
  case letter_slot::place::settled:
    if (is_granted)
      report_result(slot, slot.outcome, slot.words);
    else
      hand_back(slot);
    break;
  }
}

void lane_book::withdraw(lane_record& lane) {
  if (lane.is_withdrawn)
    return;
  lane.is_withdrawn = true;
  call_back(lane);
  note_drained(lane);
}

void lane_book::drop(lane_record& lane) {
  lane.is_withdrawn = true;
  call_back(lane);
  // Nobody is left who could answer.
  for (auto* slot : std::exchange(lane.awaited, {})) {
    slot->said = letter_slot::answer::denied;
    answered(*slot);
  }
  note_drained(lane);
}

/// Takes back what is queued or waits for another connection, and tells those who have letters in hand.
void lane_book::call_back(lane_record& lane) {
  leave_ring(lane);
  if (!lane.queue.empty()) {
    lane.report.handed_back.add(lane.queue.clear(domains_));
    mark(lane);
  }
  for (auto& slot : slots_) {
    if (slot.lane != &lane)
      continue;
    if (slot.where == letter_slot::place::in_hand) {
      slot.holder->note_answer(slot);
    } else if (slot.where == letter_slot::place::again) {
      std::erase(again_, &slot);
      send_back(slot, no_words());
    }
  }
}

bool lane_book::is_called_back(const letter_slot& slot) const {
  return is_stopping_ || slot.lane->is_withdrawn || slot.said == letter_slot::answer::denied;
}

// -- taking -------------------------------------------------------------------------------------------

letter_slot* lane_book::take(moment now, letter_holder* holder) {
  if (is_stopping_)
    return nullptr;
  if (!again_.empty()) {
    auto* slot = again_.front();
    again_.pop_front();
    slot->where = letter_slot::place::in_hand;
    slot->holder = holder;
    return slot;
  }
  if (free_.empty() || !total_.allows(now))
    return nullptr;
  end_rests(now);
  while (!ring_.empty()) {
    auto& lane = *ring_.front();
    auto found = lane.queue.pop(now, domains_);
    if (!found) {
      leave_ring(lane);
      if (!lane.queue.empty()) {
        lane.resting_until = lane.queue.ready_at();
        resting_.emplace(lane.resting_until, &lane);
      }
      continue;
    }
    --waiting_;
    if (lane.queue.empty()) {
      leave_ring(lane);
    } else if (ring_.size() > 1) {
      ring_.pop_front();
      ring_.push_back(&lane);
    }
    total_.count(now);
    auto* slot = free_.back();
    free_.pop_back();
    *slot = {.lane = &lane,
             .from = std::move(found->from),
             .one = found->one,
             .holder = holder,
             .said = letter_slot::answer::awaited,
             .where = letter_slot::place::in_hand,
             .words = nullptr};
    ++lane.slots;
    lane.awaited.push_back(slot);
    lane.report.wanted.add(slot->one->index);
    mark(lane);
    return slot;
  }
  return nullptr;
}

bool lane_book::has_letters(moment now) const {
  if (is_stopping_)
    return false;
  if (!again_.empty())
    return true;
  const auto has_rested = !resting_.empty() && resting_.begin()->first <= now;
  return !free_.empty() && total_.allows(now) && (!ring_.empty() || has_rested);
}

moment lane_book::ready_at(moment now) const {
  if (is_stopping_ || free_.empty())
    return moment::max();
  if (!ring_.empty())
    return total_.allows(now) ? moment::max() : total_.free_at();
  return resting_.empty() ? moment::max() : std::max(resting_.begin()->first, total_.free_at());
}

std::size_t lane_book::waiting_for_domain(std::string_view domain) const {
  std::size_t letters = 0;
  for (const auto& [door, lane] : lanes_)
    letters += lane->queue.aside(domain);
  return letters;
}

void lane_book::enter_ring(lane_record& lane) {
  if (lane.resting_until != moment::min()) {
    resting_.erase({lane.resting_until, &lane});
    lane.resting_until = moment::min();
  }
  if (lane.is_in_ring || lane.queue.empty())
    return;
  lane.is_in_ring = true;
  waiting_ += lane.queue.size();
  ring_.push_back(&lane);
}

void lane_book::leave_ring(lane_record& lane) {
  if (lane.resting_until != moment::min()) {
    resting_.erase({lane.resting_until, &lane});
    lane.resting_until = moment::min();
  }
  if (!lane.is_in_ring)
    return;
  lane.is_in_ring = false;
  waiting_ -= lane.queue.size();
  if (ring_.front() == &lane)
    ring_.pop_front();
  else
    std::erase(ring_, &lane);
}

void lane_book::end_rests(moment now) {
  while (!resting_.empty() && resting_.begin()->first <= now)
    enter_ring(*resting_.begin()->second);
}

// -- outcomes -----------------------------------------------------------------------------------------

void lane_book::settle(letter_slot& slot, letter_state outcome, const reply_ptr& words) {
  check(slot.where == letter_slot::place::in_hand, "a letter is settled by who has it in hand");
  switch (slot.said) {
  case letter_slot::answer::granted:
    report_result(slot, outcome, words);
    break;
  case letter_slot::answer::denied:
    hand_back(slot);
    break;
  case letter_slot::answer::awaited:
    slot.where = letter_slot::place::settled;
    slot.holder = nullptr;
    slot.outcome = outcome;
    slot.words = words;
    break;
  }
}

void lane_book::put_back(letter_slot& slot, bool has_failed, const reply_ptr& words) {
  if (has_failed)
    ++slot.attempts;
  if (is_called_back(slot) || slot.attempts >= attempts_max) {
    send_back(slot, words);
    return;
  }
  slot.where = letter_slot::place::again;
  slot.holder = nullptr;
  again_.push_back(&slot);
}

void lane_book::send_back(letter_slot& slot, const reply_ptr& words) {
  slot.where = letter_slot::place::in_hand;
  settle(slot, letter_state::pending, words);
}

void lane_book::give_up_again(const reply_ptr& words) {
  for (auto* slot : std::exchange(again_, {}))
    send_back(*slot, words);
}

void lane_book::report_result(letter_slot& slot, letter_state outcome, const reply_ptr& words) {
  auto& lane = *slot.lane;
  auto& groups = lane.report.results;
  const auto& said = words ? words : no_words();
  const auto compared_from = groups.size() - std::min(groups.size(), groups_compared_max);
  auto at = compared_from;
  while (at < groups.size() &&
         !(groups[at].outcome == outcome && (lane.words[at] == said || groups[at].answer == *said)))
    ++at;
  if (at == groups.size()) {
    groups.push_back({outcome, {}, *said});
    lane.words.push_back(said);
  }
  groups[at].letters.add(slot.one->index);
  mark(lane);
  release(slot);
}

void lane_book::hand_back(letter_slot& slot) {
  slot.lane->report.handed_back.add(slot.one->index);
  mark(*slot.lane);
  release(slot);
}

void lane_book::release(letter_slot& slot) {
  auto& lane = *slot.lane;
  if (slot.said == letter_slot::answer::awaited)
    std::erase(lane.awaited, &slot);
  slot = {};
  free_.push_back(&slot);
  --lane.slots;
  note_drained(lane);
}

void lane_book::note_drained(lane_record& lane) {
  if (!lane.is_withdrawn || lane.slots != 0 || lane.has_drained)
    return;
  lane.has_drained = true;
  lane.report.is_drained = true;
  mark(lane);
}

// -- the relay as a whole -----------------------------------------------------------------------------

void lane_book::set_condition(bool failing, const notice& trouble) {
  if (!failing && !is_failing_)
    return;
  is_failing_ = failing;
  for (auto& [door, lane] : lanes_) {
    // Words that change are told too: whoever mends one fault wants to see the next.
    if (lane->knows_failing == failing && (!failing || lane->knows_trouble == trouble))
      continue;
    lane->knows_failing = failing;
    lane->knows_trouble = trouble;
    lane->report.has_condition = true;
    lane->report.failing = failing;
    lane->report.trouble = trouble;
    mark(*lane);
  }
}

void lane_book::stop() {
  if (std::exchange(is_stopping_, true))
    return;
  for (auto& [door, lane] : lanes_) {
    door->shut();
    call_back(*lane);
  }
}

void lane_book::end_waiting_for_answers() {
  for (auto& slot : slots_)
    if (slot.where == letter_slot::place::settled)
      hand_back(slot);
}

void lane_book::mark(lane_record& lane) {
  if (std::exchange(lane.is_dirty, true))
    return;
  dirty_.push_back(&lane);
}

void lane_book::deliver_reports() {
  for (auto* lane : std::exchange(dirty_, {})) {
    lane->is_dirty = false;
    lane->words.clear();
    auto report = std::exchange(lane->report, {});
    const auto is_over = report.is_drained;
    if (!report.empty() && !lane->door->is_dropped)
      lane->door->sink(std::move(report));
    if (is_over)
      lanes_.erase(lane->door.get());
  }
}

} // namespace sluice
