#include "adapters/delivery/delivery_scheduler.hpp"

#include "messages/address.hpp"
#include "messages/check.hpp"
#include "messages/masked_address.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// A letter under which so many connections failed goes back to its campaign, whatever the others do.
constexpr std::uint8_t attempts_max = 3;
/// Letters that a queue takes in one turn at most: about as many as it has ready where there are many queues.
constexpr double letters_a_turn_max = 25;
/// While it is not known how fast they leave.
constexpr std::size_t letters_a_turn_first = 10;
/// So long a round of all queues may take, where a turn each of more than one letter makes it longer.
constexpr double round_seconds = 1;
/// So long before they leave letters are claimed, where a limit on all of them says when they do.
constexpr milliseconds claimed_ahead_max{100};
/// Only so many groups of a report are compared with a new result; the rest may repeat words.
constexpr std::size_t groups_compared_max = 8;

const reply_ptr& no_words() {
  static const auto none = std::make_shared<const reply>();
  return none;
}

} // namespace

delivery_scheduler::delivery_scheduler(delivery_limits limits) :
    domains_(limits.letters_per_second_per_domain_max, limits.limits),
    total_(limits.letters_per_second_max, limits.limits), slots_(limits.letters_in_hand_max) {
  free_.reserve(slots_.size());
  for (auto& slot : slots_)
    free_.push_back(&slot);
}

delivery_scheduler::~delivery_scheduler() = default;

// -- what queues ask -----------------------------------------------------------------------------------

void delivery_scheduler::apply(std::vector<queue_request>& requests, moment now) {
  for (auto& request : requests) {
    if (request.what == queue_request::kind::open) {
      open(request.fence);
      continue;
    }
    const auto found = queues_.find(request.fence.get());
    if (found == queues_.end())
      continue; // it has drained
    auto& queue = *found->second;
    switch (request.what) {
    case queue_request::kind::open:
      break;
    case queue_request::kind::offer:
      offer(queue, std::move(request.letters));
      break;
    case queue_request::kind::grant:
      answer(queue, request.answered, letter_slot::answer::granted, now);
      break;
    case queue_request::kind::deny:
      answer(queue, request.answered, letter_slot::answer::denied, now);
      break;
    case queue_request::kind::withdraw:
      withdraw(queue);
      break;
    case queue_request::kind::drop:
      drop(queue);
      break;
    }
  }
  requests.clear();
}

void delivery_scheduler::open(const std::shared_ptr<send_fence>& fence) {
  auto queue = std::make_unique<queue_record>();
  queue->fence = fence;
  queues_.emplace(fence.get(), std::move(queue));
}

void delivery_scheduler::offer(queue_record& queue, batch_part letters) {
  if (queue.is_withdrawn || is_stopping_) {
    for (auto at = letters.begin; at < letters.end; ++at)
      queue.report.handed_back.add(letters.from->letters[at].index);
    mark(queue);
    return;
  }
  learn_sender(queue, *letters.from);
  if (queue.is_in_round)
    waiting_ += letters.size();
  queue.letters.push(std::move(letters));
  if (!queue.is_in_round)
    join_round(queue);
}

void delivery_scheduler::answer(queue_record& queue,
                                const letter_ranges& letters,
                                letter_slot::answer said,
                                moment now) {
  // Collected first: answering may settle slots, which changes the list.
  std::vector<letter_slot*> found;
  std::erase_if(queue.awaited, [&](letter_slot* slot) {
    if (!letters.contains(slot->one->index))
      return false;
    slot->said = said;
    slot->said_at = now;
    found.push_back(slot);
    return true;
  });
  for (auto* slot : found)
    answered(*slot);
}

void delivery_scheduler::answered(letter_slot& slot) {
  const auto is_granted = slot.said == letter_slot::answer::granted;
  switch (slot.where) {
  case letter_slot::place::nowhere:
    break;
  case letter_slot::place::ahead:
    std::erase(ahead_, &slot);
    if (is_granted)
      granted_.push_back(&slot);
    else
      hand_back(slot);
    break;
  case letter_slot::place::in_hand:
    slot.holder->on_answer(slot);
    break;
  case letter_slot::place::requeued:
  case letter_slot::place::suspect:
    if (!is_granted) {
      std::erase(requeued_, &slot);
      std::erase(suspects_, &slot);
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

void delivery_scheduler::withdraw(queue_record& queue) {
  if (queue.is_withdrawn)
    return;
  queue.is_withdrawn = true;
  call_back(queue);
  on_withdraw_complete(queue);
}

void delivery_scheduler::drop(queue_record& queue) {
  queue.is_withdrawn = true;
  call_back(queue);
  // Nobody is left who could answer.
  for (auto* slot : std::exchange(queue.awaited, {})) {
    slot->said = letter_slot::answer::denied;
    answered(*slot);
  }
  on_withdraw_complete(queue);
}

/// Takes back what is queued or waits for another connection, and tells those who have letters in hand.
void delivery_scheduler::call_back(queue_record& queue) {
  leave_round(queue);
  if (!queue.letters.empty()) {
    queue.report.handed_back.add(queue.letters.clear(domains_));
    mark(queue);
  }
  for (auto& slot : slots_)
    if (slot.queue == &queue && slot.where == letter_slot::place::in_hand)
      slot.holder->on_answer(slot);
  send_back_waiting(queue);
}

/// Letters of this queue that nobody has in hand go back.
void delivery_scheduler::send_back_waiting(queue_record& queue) {
  for (auto& slot : slots_) {
    if (slot.queue != &queue)
      continue;
    if (slot.where == letter_slot::place::requeued || slot.where == letter_slot::place::suspect ||
        slot.where == letter_slot::place::ahead) {
      std::erase(requeued_, &slot);
      std::erase(suspects_, &slot);
      std::erase(ahead_, &slot);
      std::erase(granted_, &slot);
      send_back(slot, no_words());
    }
  }
}

bool delivery_scheduler::is_called_back(const letter_slot& slot) const {
  return is_stopping_ || slot.queue->is_withdrawn || slot.said == letter_slot::answer::denied;
}

// -- taking -------------------------------------------------------------------------------------------

letter_slot* delivery_scheduler::take(moment now, letter_holder* holder) {
  if (is_stopping_ || !may_take(now))
    return nullptr;
  letter_slot* slot = nullptr;
  const auto take_suspect = [&] {
    slot = suspects_.front();
    suspects_.pop_front();
  };
  if (may_take_suspect(now) && !do_suspects_rest_)
    take_suspect();
  for (auto* line : {&requeued_, &granted_, &ahead_})
    if (slot == nullptr)
      slot = take_first(*line, now);
  if (slot == nullptr)
    slot = choose(now);
  if (slot == nullptr && may_take_suspect(now))
    take_suspect();
  if (slot == nullptr)
    return nullptr;
  slot->where = letter_slot::place::in_hand;
  slot->holder = holder;
  if (has_pace_)
    pace_found_.count(now);
  total_.count(now);
  if (domains_.is_limited())
    domains_.on_leave(domain_of(slot->recipient()), now, !slot->has_left);
  slot->has_left = true;
  return slot;
}

letter_slot* delivery_scheduler::take_first(std::deque<letter_slot*>& line, moment now) {
  const auto found = std::ranges::find_if(line, [&](const auto* one) { return may_leave(*one, now); });
  if (found == line.end())
    return nullptr;
  auto* slot = *found;
  line.erase(found);
  return slot;
}

/// Its domain's limit lets it go.
bool delivery_scheduler::may_leave(const letter_slot& slot, moment now) const {
  return !domains_.is_limited() || domains_.leaves_at(domain_of(slot.recipient())) <= now;
}

void delivery_scheduler::set_pace(double per_second) {
  has_pace_ = per_second > 0;
  constexpr auto period = std::chrono::seconds(1000);
  const auto letters =
      std::clamp(per_second * static_cast<double>(period.count()), has_pace_ ? 1.0 : 0.0, 1e9);
  pace_found_.set(static_cast<std::uint32_t>(letters), period);
}

/// While the relay fails one letter at a time tries.
bool delivery_scheduler::may_take(moment now) const {
  if (now < closed_until_ || (has_pace_ && !pace_found_.allows(now)) || !total_.allows(now))
    return false;
  return !is_failing_ || std::ranges::none_of(slots_, [](const letter_slot& one) {
    return one.where == letter_slot::place::in_hand;
  });
}

bool delivery_scheduler::may_take_suspect(moment now) const {
  return !suspects_.empty() && may_leave(*suspects_.front(), now) &&
         std::ranges::none_of(slots_, [](const letter_slot& one) {
           return one.where == letter_slot::place::in_hand && one.is_suspect;
         });
}

void delivery_scheduler::choose_ahead(moment now) {
  // At a bounded pace they would be claimed long before they leave.
  if (is_stopping_ || is_failing_ || has_pace_)
    return;
  const auto ahead_max = total_.room_until(now + claimed_ahead_max);
  while (ahead_.size() + granted_.size() < ahead_max) {
    auto* slot = choose(now);
    if (slot == nullptr)
      return;
    slot->where = letter_slot::place::ahead;
    ahead_.push_back(slot);
  }
}

/// Where there are more queues than letters in hand, a queue takes a few at once: one by one, each would be claimed and
/// settled by events of its own, and cost its campaign a turn at the log. But only as far as no queue waits long for it:
/// at a slow server they take one each.
std::size_t delivery_scheduler::letters_a_turn() const {
  if (round_robin_.size() <= slots_.size())
    return 1;
  const auto pace = pace_.per_second();
  if (!pace)
    return letters_a_turn_first;
  return static_cast<std::size_t>(
      std::clamp(*pace * round_seconds / static_cast<double>(round_robin_.size()), 1.0, letters_a_turn_max));
}

void delivery_scheduler::end_turn() {
  turn_letters_ = 0;
  auto* queue = round_robin_.front();
  round_robin_.pop_front();
  round_robin_.push_back(queue);
}

/// The next letter of the queue whose turn it is, in a slot of its own, wanted.
letter_slot* delivery_scheduler::choose(moment now) {
  if (free_.empty())
    return nullptr;
  end_throttles(now);
  while (!round_robin_.empty()) {
    auto& queue = *round_robin_.front();
    const auto before = queue.letters.size();
    auto found = queue.letters.pop(now, domains_);
    waiting_ -= before - queue.letters.size();
    for (auto& some : queue.letters.take_throttled()) {
      queue.report.throttled.push_back(std::move(some));
      mark(queue);
    }
    if (!found) {
      leave_round(queue);
      if (!queue.letters.empty()) {
        queue.throttled_until = queue.letters.ready_at();
        throttled_.emplace(queue.throttled_until, &queue);
      }
      continue;
    }
    if (queue.letters.empty()) {
      leave_round(queue);
    } else if (++turn_letters_ >= letters_a_turn()) {
      end_turn();
    }
    pace_.count(now);
    auto* slot = free_.back();
    free_.pop_back();
    *slot = {.queue = &queue,
             .from = std::move(found->from),
             .one = found->one,
             .said = letter_slot::answer::awaited,
             .words = nullptr};
    ++queue.slots;
    queue.awaited.push_back(slot);
    queue.report.wanted.add(slot->one->index);
    mark_for_later(queue);
    return slot;
  }
  return nullptr;
}

bool delivery_scheduler::has_letters(moment now) const {
  if (is_stopping_ || !may_take(now))
    return false;
  const auto has_leaving = [&](const std::deque<letter_slot*>& line) {
    return std::ranges::any_of(line, [&](const auto* one) { return may_leave(*one, now); });
  };
  if (may_take_suspect(now) || has_leaving(requeued_) || has_leaving(ahead_) || has_leaving(granted_))
    return true;
  const auto has_rested = !throttled_.empty() && throttled_.begin()->first <= now;
  return !free_.empty() && (!round_robin_.empty() || has_rested);
}

moment delivery_scheduler::ready_at(moment now) const {
  if (is_stopping_)
    return moment::max();
  if (const auto open =
          std::max({closed_until_, has_pace_ ? pace_found_.free_at() : moment::min(), total_.free_at()});
      open > now)
    return open;
  auto at = moment::max();
  for (const auto* line : {&requeued_, &suspects_, &granted_, &ahead_})
    for (const auto* slot : *line)
      if (!may_leave(*slot, now))
        at = std::min(at, domains_.leaves_at(domain_of(slot->recipient())));
  if (free_.empty() || !round_robin_.empty() || throttled_.empty())
    return at;
  return std::min(at, throttled_.begin()->first);
}

std::size_t delivery_scheduler::waiting_for_domain(std::string_view domain) const {
  std::size_t letters = 0;
  for (const auto& [fence, queue] : queues_)
    letters += queue->letters.aside(domain);
  return letters;
}

void delivery_scheduler::join_round(queue_record& queue) {
  if (queue.throttled_until != moment::min()) {
    throttled_.erase({queue.throttled_until, &queue});
    queue.throttled_until = moment::min();
  }
  if (queue.is_in_round || queue.letters.empty() || queue.is_refused)
    return;
  queue.is_in_round = true;
  waiting_ += queue.letters.size();
  round_robin_.push_back(&queue);
}

void delivery_scheduler::leave_round(queue_record& queue) {
  if (queue.throttled_until != moment::min()) {
    throttled_.erase({queue.throttled_until, &queue});
    queue.throttled_until = moment::min();
  }
  if (!queue.is_in_round)
    return;
  queue.is_in_round = false;
  waiting_ -= queue.letters.size();
  if (round_robin_.front() == &queue) {
    round_robin_.pop_front();
    turn_letters_ = 0;
  } else
    std::erase(round_robin_, &queue);
}

void delivery_scheduler::end_throttles(moment now) {
  while (!throttled_.empty() && throttled_.begin()->first <= now)
    join_round(*throttled_.begin()->second);
}

// -- outcomes -----------------------------------------------------------------------------------------

void delivery_scheduler::settle(letter_slot& slot, letter_state outcome, const reply_ptr& words) {
  check(slot.where == letter_slot::place::in_hand, "a letter is settled by who has it in hand");
  if (outcome == letter_state::accepted) {
    do_suspects_rest_ = false;
    if (has_refused_senders_)
      forget_refusal(slot.from->envelope_sender);
  }
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

void delivery_scheduler::put_back(letter_slot& slot, bool has_failed, const reply_ptr& words) {
  if (has_failed)
    ++slot.attempts;
  if (is_called_back(slot) || slot.attempts >= attempts_max) {
    send_back(slot, words);
    return;
  }
  slot.where = letter_slot::place::requeued;
  slot.holder = nullptr;
  requeued_.push_back(&slot);
}

void delivery_scheduler::suspect(letter_slot& slot, const reply_ptr& words) {
  if (is_called_back(slot)) {
    send_back(slot, words);
    return;
  }
  do_suspects_rest_ = true;
  slot.where = letter_slot::place::suspect;
  slot.is_suspect = true;
  slot.holder = nullptr;
  suspects_.push_back(&slot);
}

bool delivery_scheduler::is_alone(const letter_slot& slot, moment now) {
  return waiting(now) == 0 && std::ranges::none_of(slots_, [&](const letter_slot& one) {
           return &one != &slot && one.where == letter_slot::place::in_hand;
         });
}

void delivery_scheduler::refuse_sender(const letter_slot& slot, const reply_ptr& said) {
  for (auto& [fence, queue] : queues_) {
    if (queue->is_withdrawn)
      continue;
    if (queue.get() == slot.queue || queue->sender == slot.from->envelope_sender) {
      refuse(*queue, *said);
    } else if (queue->sender.empty()) {
      queue->refused_senders.insert_or_assign(slot.from->envelope_sender, said);
      has_refused_senders_ = true;
    }
  }
}

void delivery_scheduler::refuse(queue_record& queue, const reply& said) {
  queue.report.sender_refused = said;
  leave_round(queue);
  queue.is_refused = true;
  send_back_waiting(queue);
  mark(queue);
}

void delivery_scheduler::learn_sender(queue_record& queue, const batch& letters) {
  if (!queue.sender.empty())
    return;
  queue.sender = letters.envelope_sender;
  const auto refused = std::exchange(queue.refused_senders, {});
  if (const auto found = refused.find(queue.sender); found != refused.end())
    refuse(queue, *found->second);
}

void delivery_scheduler::forget_refusal(const std::string& sender) {
  has_refused_senders_ = false;
  for (auto& [fence, queue] : queues_) {
    queue->refused_senders.erase(sender);
    has_refused_senders_ = has_refused_senders_ || !queue->refused_senders.empty();
  }
}

void delivery_scheduler::send_back(letter_slot& slot, const reply_ptr& words) {
  slot.where = letter_slot::place::in_hand;
  settle(slot, letter_state::pending, words);
}

void delivery_scheduler::give_up_waiting(const reply_ptr& words) {
  for (auto* line : {&requeued_, &suspects_, &granted_, &ahead_})
    for (auto* slot : std::exchange(*line, {}))
      send_back(*slot, words);
}

namespace {

/// What the log keeps of a reply names nobody, so that a recipient can be erased; and replies that differ in nothing else are one.
reply_ptr without_recipient(const reply_ptr& said, std::string_view recipient) {
  if (said->text.find('@') == std::string::npos)
    return said;
  auto text = without_address(said->text, recipient);
  if (text == said->text)
    return said;
  auto changed = *said;
  changed.text = std::move(text);
  return std::make_shared<const reply>(std::move(changed));
}

} // namespace

void delivery_scheduler::report_result(letter_slot& slot, letter_state outcome, const reply_ptr& words) {
  auto& queue = *slot.queue;
  auto& groups = queue.report.results;
  const auto said = without_recipient(words ? words : no_words(), slot.recipient());
  const auto compared_from = groups.size() - std::min(groups.size(), groups_compared_max);
  auto at = compared_from;
  while (at < groups.size() &&
         !(groups[at].outcome == outcome && (queue.words[at] == said || groups[at].answer == *said)))
    ++at;
  if (at == groups.size()) {
    groups.push_back({outcome, {}, *said});
    queue.words.push_back(said);
  }
  groups[at].letters.add(slot.one->index);
  if (outcome == letter_state::accepted && !queue.is_withdrawn)
    mark_for_later(queue);
  else
    mark(queue);
  release(slot);
}

void delivery_scheduler::hand_back(letter_slot& slot) {
  slot.queue->report.handed_back.add(slot.one->index);
  mark(*slot.queue);
  release(slot);
}

void delivery_scheduler::release(letter_slot& slot) {
  auto& queue = *slot.queue;
  if (slot.said == letter_slot::answer::awaited)
    std::erase(queue.awaited, &slot);
  if (!slot.has_left && domains_.is_limited())
    domains_.on_returned(domain_of(slot.recipient()));
  slot = {};
  free_.push_back(&slot);
  --queue.slots;
  on_withdraw_complete(queue);
}

void delivery_scheduler::on_withdraw_complete(queue_record& queue) {
  if (!queue.is_withdrawn || queue.slots != 0 || queue.withdraw_complete)
    return;
  queue.withdraw_complete = true;
  queue.report.withdraw_complete = true;
  mark(queue);
}

// -- the relay as a whole -----------------------------------------------------------------------------

void delivery_scheduler::set_condition(bool failing, const notice& trouble) {
  if (!failing && !is_failing_)
    return;
  is_failing_ = failing;
  for (auto& [fence, queue] : queues_) {
    // Words that change are told too: whoever mends one fault wants to see the next.
    if (queue->told_failing == failing && (!failing || queue->told_trouble == trouble))
      continue;
    queue->told_failing = failing;
    queue->told_trouble = trouble;
    queue->report.has_condition = true;
    queue->report.failing = failing;
    queue->report.trouble = trouble;
    mark(*queue);
  }
}

void delivery_scheduler::stop() {
  if (std::exchange(is_stopping_, true))
    return;
  for (auto& [fence, queue] : queues_) {
    fence->close();
    call_back(*queue);
  }
}

void delivery_scheduler::end_waiting_for_answers() {
  for (auto& slot : slots_)
    if (slot.where == letter_slot::place::settled)
      hand_back(slot);
}

void delivery_scheduler::mark(queue_record& queue) {
  is_urgent_ = true;
  mark_for_later(queue);
}

void delivery_scheduler::mark_for_later(queue_record& queue) {
  if (std::exchange(queue.is_dirty, true))
    return;
  dirty_.push_back(&queue);
}

void delivery_scheduler::on_grant_needed(const letter_slot& slot, moment now) {
  const auto has_it = slot.said == letter_slot::answer::granted;
  report_pace_.on_grant_needed(has_it ? now - slot.said_at : moment::duration::zero());
  is_urgent_ = is_urgent_ || !has_it;
}

void delivery_scheduler::deliver_reports(moment now) {
  if (dirty_.empty())
    return;
  // Of many queues each would wait for letters of the others.
  const auto hold = queues_.size() > slots_.size() ? moment::duration::zero() : report_pace_.hold();
  reports_due_ = std::min(reports_due_, now + hold);
  if (now < reports_due_ && !is_urgent_ && !is_stopping_)
    return;
  reports_due_ = moment::max();
  is_urgent_ = false;
  for (auto* queue : std::exchange(dirty_, {})) {
    queue->is_dirty = false;
    queue->words.clear();
    auto report = std::exchange(queue->report, {});
    const auto is_over = report.withdraw_complete;
    if (!report.empty() && !queue->fence->is_dropped)
      queue->fence->sink(std::move(report));
    if (is_over)
      queues_.erase(queue->fence.get());
  }
}

} // namespace sluice
