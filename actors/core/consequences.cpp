#include "actors/core/consequences.hpp"

#include "actors/core/decide.hpp"
#include "actors/core/suspicion.hpp"
#include "messages/notice_words.hpp"

#include <algorithm>
#include <functional>

namespace sluice {

namespace {

/// The latest words that refused for good, a few kinds of them.
std::string latest_refusals(const campaign_state& state) {
  constexpr std::size_t kinds_max = 3;
  std::vector<const response_group*> found;
  for (const auto& one : state.responses)
    if (one.answer.code >= 500)
      found.push_back(&one);
  std::ranges::sort(found, std::greater{}, [](const auto* one) { return one->last_seen; });
  std::string words;
  for (std::size_t at = 0; at < std::min(found.size(), kinds_max); ++at)
    (words += words.empty() ? "" : " · ") += to_line(found[at]->answer);
  return words;
}

event_bodies hold_for_refusals(notice why) {
  auto words = words_of(why);
  return {paused{hold_reason::relay_refuses, std::move(words), std::move(why)}};
}

constexpr letter_index trial_refusals_min = 3;

/// Nothing while the trial's letters say too little.
event_bodies decide_trial(const campaign_state& state, const suspicion_settings& limits, timestamp now) {
  const auto& under_way = *state.trial;
  const auto is_more_due = state.letters.find(letter_state::pending, 0) < state.due(now);
  if (state.room_of_trial() > 0 && is_more_due)
    return {};
  const auto sum = *trial_of(state);
  if (under_way.letters.empty() || sum.accepted + sum.refused + sum.others < under_way.letters.count())
    return {};
  const auto judged = sum.accepted + sum.refused;
  const auto is_beyond = [&](letter_index letters, double percent_max) {
    return letters >= trial_refusals_min && 100.0 * letters > percent_max * judged;
  };
  if (is_beyond(sum.refused, limits.refused_percent_max) ||
      is_beyond(under_way.spam, limits.spam_percent_max)) {
    notice why{"trial_failed",
               {{"letters", under_way.letters.count()},
                {"refused", sum.refused},
                {"replies", latest_refusals(state)}}};
    auto words = words_of(why);
    return {paused{under_way.after, std::move(words), std::move(why)}};
  }
  if (sum.accepted == 0 && sum.others > 0)
    return {}; // a delay proves nothing
  return {trial_passed{}};
}

/// Refusals of which others' acceptances before and after say that they were their letters' own.
event_bodies confirm_refusals(const campaign_state& state, const suspicion_settings& limits) {
  letter_ranges confirmed;
  further_verdicts verdicts;
  for (const auto& [index, refusal] : state.provisional)
    if (refusal.has_acceptance_before && refusal.has_acceptance_after &&
        state.letters.at(index) == letter_state::deferred && state.retries.at(index).due_at == never) {
      confirmed.add(index);
      ++(refusal.is_spam ? verdicts.refused_as_spam : verdicts.refused);
    }
  if (confirmed.empty())
    return {};
  event_bodies events{refusals_settled{std::move(confirmed), true, {}}};
  if (auto suspected = suspect(state, verdicts, limits))
    events.emplace_back(std::move(*suspected));
  return events;
}

/// Nothing else is left: they are tried once more, and then it is known what they are.
event_bodies decide_last(const campaign_state& state, const retry_settings& retries, timestamp now) {
  letter_ranges first;
  letter_ranges again;
  for (const auto& [index, refusal] : state.provisional)
    (refusal.is_refused_again ? again : first).add(index);
  if (!first.empty())
    return {refusals_settled{std::move(first), false, now + retries.delay_first}};
  auto outcomes = final_outcomes_of(state);
  outcomes.refused += again.count();
  if (again.count() >= refusals_in_a_row_max || is_suspicious_end(state, outcomes))
    return hold_for_refusals(
        notice{"relay_refuses", {{"letters", again.count()}, {"replies", latest_refusals(state)}}});
  return {refusals_settled{std::move(again), true, {}}};
}

event_bodies decide_end(const campaign_state& state, const final_outcomes& outcomes) {
  if (!is_suspicious_end(state, outcomes))
    return {finished{}};
  if (outcomes.refused > 0)
    return hold_for_refusals(
        notice{"nobody_accepted", {{"letters", outcomes.refused}, {"replies", latest_refusals(state)}}});
  notice why{"all_skipped", {{"letters", outcomes.skipped}}};
  auto words = words_of(why);
  return {paused{hold_reason::spam_suspicion, std::move(words), std::move(why)}};
}

} // namespace

event_bodies decide_consequences(const campaign_state& state,
                                 const retry_settings& retries,
                                 const suspicion_settings& suspicion,
                                 timestamp now) {
  if (!state.may_claim())
    return {};
  if (state.trial)
    if (auto over = decide_trial(state, suspicion, now); !over.empty())
      return over;
  if (!state.provisional.empty()) {
    if (auto confirmed = confirm_refusals(state, suspicion); !confirmed.empty())
      return confirmed;
    if (const auto in_a_row = state.refused_in_a_row(); in_a_row >= refusals_in_a_row_max)
      return hold_for_refusals(
          notice{"relay_refuses", {{"letters", in_a_row}, {"replies", latest_refusals(state)}}});
  }
  const auto outcomes = final_outcomes_of(state);
  const auto open = state.letters.size() - outcomes.accepted - outcomes.refused - outcomes.skipped;
  if (open == 0)
    return decide_end(state, outcomes);
  if (open == state.provisional.size() && state.waiting_refusals().count() == open)
    return decide_last(state, retries, now);
  return {};
}

event_bodies decide_sender_refused(const campaign_state& state, const reply& said) {
  if (!state.may_claim())
    return {};
  return hold_for_refusals(notice{"sender_refused", {{"sender", state.spec.from}, {"reply", to_line(said)}}});
}

} // namespace sluice
