#include "tests/simulation/rules_observer.hpp"

#include "actors/core/due.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace sluice::simulation {

void rules_observer::see(const event& next) {
  must(next.at >= last_at_, "time does not go backwards in a log");
  must(!history_.empty() || std::holds_alternative<created>(next.body), "a log begins with its creation");
  last_at_ = next.at;
  is_asked_ = !next.by.empty();
  by_ = next.by;
  std::visit([&](const auto& body) { on_event(body, next.at); }, next.body);
  letter_index sum = 0;
  for (const auto count : counts_)
    sum += count;
  history_.push_back(counts_);
  must(sum == letters(), "rule 1: the counts add up");
}

void rules_observer::must(bool holds, const char* rule) const {
  if (!holds)
    throw broken_rule(fmt::format("event {}: {}", history_.size() + 1, rule));
}

void rules_observer::put_content(const campaign_spec& content, const audience_ref& audience) {
  content_ = content;
  audience_hash_ = audience.hash;
  const auto letters = audience.size;
  states_.assign(letters, letter_state::pending);
  doubts_.assign(letters, 0);
  resends_.assign(letters, 0);
  is_touched_.assign(letters, false);
  counts_ = {};
  counts_[static_cast<std::size_t>(letter_state::pending)] = letters;
}

void rules_observer::on_event(const created& it, timestamp) {
  must(history_.empty(), "a campaign is created once");
  authors_ = {by_};
  put_content(it.spec, it.audience);
}

void rules_observer::on_event(const edited& it, timestamp) {
  must(!zero_ && !is_over_ && !waits_for_approval_, "only a draft is edited");
  last_editor_ = by_;
  put_content(it.spec, it.audience);
}

void rules_observer::on_event(const submitted& it, timestamp) {
  waits_for_approval_ = !it.reasons.empty();
  approved_servers_ = it.parts.relays;
  approval_rules_ = it.rules;
  approvers_.clear();
}

void rules_observer::record_approval() {
  must(waits_for_approval_ || needs_approval_, "nobody approves what waits for no approval");
  must(!approval_rules_.two_people || (!authors_.contains(by_) && by_ != last_editor_),
       "neither author nor last editor approves, where two people are needed");
  approvers_.insert(by_);
}

void rules_observer::on_event(const approval_given&, timestamp) {
  record_approval();
}

void rules_observer::on_event(const approved& it, timestamp) {
  record_approval();
  must(approvers_.size() >= approval_rules_.needed, "as many people approve as start asked for");
  approved_servers_ = it.parts.relays;
  waits_for_approval_ = false;
  needs_approval_ = false;
}

void rules_observer::on_event(const scheduled& it, timestamp at) {
  must(!zero_, "nothing moves T0");
  must(!waits_for_approval_, "rule 3: nothing is scheduled before an approval that was asked for");
  must(it.t0 == std::max(at, content_.plan.start_at.value_or(at)),
       "T0 is the later of start_at and the moment of scheduling");
  zero_ = it.t0;
}

void rules_observer::on_event(const sending_began&, timestamp at) {
  must(zero_ && (at >= *zero_ || released_at_), "sending begins at T0");
  is_sending_ = true;
}

void rules_observer::on_event(const paused& it, timestamp) {
  is_held_ = true;
  needs_approval_ = needs_approval(it.reason);
  if (needs_approval_)
    approvers_.clear();
  if (it.reason != hold_reason::operator_request)
    trial_room_.reset();
  const auto in_flight = counts_[static_cast<std::size_t>(letter_state::claimed)];
  stop_.reset();
  if (in_flight > 0)
    stop_ = stop{in_flight, {}};
}

void rules_observer::lift_hold(letter_index trial) {
  needs_approval_ = false;
  if (trial > 0) {
    trial_room_ = trial;
    trial_.clear();
  }
  is_held_ = false;
  stop_.reset();
}

void rules_observer::on_event(const resumed& it, timestamp at) {
  must(is_held_, "only what is held is resumed");
  must(!needs_approval_, "what was held for an approval goes on with one");
  lift_hold(it.trial);
  due_at_resume_ = due(at);
}

void rules_observer::on_event(const released& it, timestamp at) {
  must(!needs_approval_, "what was held for an approval goes on with one");
  lift_hold(it.trial);
  if (!released_at_)
    released_at_ = at;
}

void rules_observer::on_event(const cancelled&, timestamp) {
  must(!is_over_, "rule 5: a final campaign does not change");
  is_over_ = true;
  is_held_ = false;
  if (const auto in_flight = counts_[static_cast<std::size_t>(letter_state::claimed)];
      !stop_ && in_flight > 0)
    stop_ = stop{in_flight, {}};
}

void rules_observer::on_event(const rejected&, timestamp) {
  must(!is_over_, "rule 5: a final campaign does not change");
  is_over_ = true;
  lift_hold(0);
}

void rules_observer::on_event(const discarded&, timestamp) {
  must(!is_over_, "rule 5: a final campaign does not change");
  is_over_ = true;
}

void rules_observer::on_event(const finished&, timestamp) {
  must(!is_over_, "rule 5: a final campaign does not change");
  for (const auto state : states_)
    must(is_final(state), "a campaign is sent when every letter has a final outcome");
  is_over_ = true;
  is_whole_ = true;
  lift_hold(0);
}

letter_index rules_observer::due(timestamp now) const {
  return zero_ ? sluice::due(content_.plan, *zero_, released_at_, letters(), now) : 0;
}

void rules_observer::move(letter_index index, letter_state to) {
  --counts_[static_cast<std::size_t>(states_[index])];
  ++counts_[static_cast<std::size_t>(to)];
  states_[index] = to;
}

void rules_observer::on_event(const claimed& it, timestamp at) {
  must(is_sending_ && !waits_for_approval_, "rule 3: no letter is claimed before its campaign is sending");
  must(!is_held_, "rule 3: no letter is claimed between a pause and its resume or release");
  must(!is_over_, "rules 3 and 5: no letter is claimed after a cancel or the end");
  const auto due_letters = due(at);
  auto passes_resume = false;
  it.letters.for_each([&](letter_index index) {
    must(index < due_letters, "rule 2: no letter is claimed before it is due");
    const auto before = states_.at(index);
    must(before == letter_state::pending || before == letter_state::deferred,
         "rule 4: no letter is claimed twice");
    must(before != letter_state::deferred || deferrals_.at(index).due_at <= at,
         "rule 2: no deferred letter is claimed before its time");
    const auto bound = relay_of_.find(index);
    must(bound == relay_of_.end() || bound->second == it.relay,
         "a letter that may have arrived at one relay leaves through no other");
    relay_of_[index] = it.relay;
    trial_.insert(index);
    passes_resume = passes_resume || (index >= due_at_resume_ && !is_touched_[index]);
    is_touched_[index] = true;
    move(index, letter_state::claimed);
  });
  must(!trial_room_ || trial_.size() <= *trial_room_, "no more letters leave than a trial has");
  while (untouched_from_ < letters() && is_touched_[untouched_from_])
    ++untouched_from_;
  must(!passes_resume || was_throttled_ || untouched_from_ >= due_at_resume_,
       "rule 8: what fell due during a pause is claimed before what falls due later");
}

void rules_observer::on_event(const settled& it, timestamp at) {
  std::map<std::string, letter_index> accepted;
  for (const auto& group : it.groups)
    if (group.outcome == letter_state::accepted)
      group.letters.for_each([&](letter_index index) { ++accepted[relay_of_.at(index)]; });
  for (auto& [index, one] : refusals_)
    one.has_acceptance_after = one.has_acceptance_after || accepted.contains(one.relay);
  for (const auto& group : it.groups)
    group.letters.for_each([&](letter_index index) { record_outcome(group, index, at); });
  for (const auto& [relay, letters] : accepted)
    accepted_by_[relay] += letters;
}

namespace {
/// A refusal whose code is about the mailbox (RFC 3463) is final at once.
bool names_mailbox(const reply& said) {
  constexpr std::array<std::string_view, 7> codes{"5.1.1",  "5.1.2", "5.1.3", "5.1.6",
                                                  "5.1.10", "5.2.1", "5.2.2"};
  return std::ranges::find(codes, said.enhanced) != codes.end();
}
} // namespace

void rules_observer::record_outcome(const settled_group& group, letter_index index, timestamp at) {
  const auto before = states_.at(index);
  must(!is_final(before), "rule 5: a final letter never changes");
  const auto is_doubted_again = group.outcome == letter_state::in_doubt && resends_[index] > 0 &&
                                relay_of_.contains(index) && !is_final(before);
  must(before == letter_state::claimed || group.outcome == letter_state::skipped || is_doubted_again,
       "an outcome is that of a claimed letter");
  must(before != letter_state::claimed || group.outcome != letter_state::skipped,
       "a skipped letter was never offered");
  if (group.outcome == letter_state::skipped)
    is_touched_[index] = true;
  must(group.outcome != letter_state::refused || is_over_ || group.answer.code < 500 ||
           names_mailbox(group.answer),
       "rule 11: no recipient is used up by a reply that may have been about something else");
  if (group.outcome == letter_state::in_doubt)
    ++doubts_[index];
  if (group.is_provisional) {
    const auto known = refusals_.find(index);
    const auto was_last_try = known != refusals_.end() && known->second.is_last_try;
    const auto& relay = relay_of_.at(index);
    refusals_[index] = {relay, accepted_by_[relay] > 0, false, was_last_try, was_last_try};
    deferrals_[index].due_at = timestamp::max();
  } else if (group.outcome == letter_state::deferred) {
    refusals_.erase(index);
    record_deferral(index, group.retry_at, at);
  }
  if (stop_)
    if (auto* counter = counter_of(stop_->outcomes, group.outcome))
      ++*counter;
  // Where it went back unsent, what is known of it before still holds.
  if (group.outcome != letter_state::in_doubt &&
      (group.outcome != letter_state::pending || resends_[index] == 0))
    relay_of_.erase(index);
  move(index, group.outcome);
}

void rules_observer::record_deferral(letter_index index, timestamp retry_at, timestamp at) {
  auto& noted = deferrals_[index];
  auto delay = retries_.delay_first;
  for (unsigned time = 0; time < noted.times && delay < retries_.delay_max; ++time)
    delay *= 2;
  ++noted.times;
  noted.due_at = retry_at;
  must(is_over_ || retry_at >= at + std::min(delay, retries_.delay_max),
       "a deferred letter waits longer each time");
  must(is_over_ || retry_at <= at + std::min(delay, retries_.delay_max) * 5 / 4,
       "retries are spread over a quarter of their delay at most");
}

void rules_observer::on_event(const doubt_settled& it, timestamp at) {
  it.letters.for_each([&](letter_index index) {
    must(states_.at(index) == letter_state::in_doubt, "only what is in doubt is taken out of doubt");
    must(is_asked_ || it.waits() || !it.resend || resends_[index] == 0,
         "a letter that was in doubt before waits before it is sent again by itself");
    must(is_asked_ || !it.is_relay_gone,
         "only a person lets what may have arrived leave through another relay");
    if (it.resend)
      ++resends_[index];
    if (!it.resend || it.is_relay_gone)
      relay_of_.erase(index);
    if (it.waits())
      record_deferral(index, it.retry_at, at);
    move(index, it.outcome());
  });
}

void rules_observer::on_event(const refusals_settled& it, timestamp at) {
  it.letters.for_each([&](letter_index index) {
    must(states_.at(index) == letter_state::deferred && refusals_.contains(index),
         "only what was refused for now is settled so");
    auto& one = refusals_.at(index);
    must(is_asked_ || !it.accept || (one.has_acceptance_before && one.has_acceptance_after) || one.came_again,
         "rule 11: no recipient is used up by a reply that may have been about something else");
    if (it.waits()) {
      must(it.retry_at >= at + retries_.delay_first, "a last try comes after a delay");
      one.is_last_try = true;
      deferrals_[index].due_at = it.retry_at;
    } else {
      refusals_.erase(index);
    }
    move(index, it.outcome());
  });
}

void rules_observer::on_event(const trial_passed&, timestamp) {
  must(trial_room_.has_value(), "only a trial that is under way is passed");
  trial_room_.reset();
}

void rules_observer::on_event(const drained& it, timestamp) {
  must(stop_.has_value(), "only a stop with letters in flight is drained");
  must(counts_[static_cast<std::size_t>(letter_state::claimed)] == 0,
       "a stop is complete with its last letter");
  must(it.outcomes == stop_->outcomes && it.outcomes.total() == stop_->in_flight,
       "a stop tells what became of each letter that was in flight");
  stop_.reset();
}

std::optional<letter_index> rules_observer::overdue(timestamp now) const {
  const auto due_letters = due(now);
  for (letter_index index = 0; index < letters(); ++index) {
    if (trial_room_ && !trial_.contains(index) && trial_.size() >= *trial_room_)
      continue; // what the trial says is waited for
    if (states_[index] == letter_state::pending && index < due_letters)
      return index;
    if (states_[index] == letter_state::deferred && deferrals_.at(index).due_at <= now)
      return index;
  }
  return std::nullopt;
}

} // namespace sluice::simulation
