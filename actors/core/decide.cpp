#include "actors/core/decide.hpp"

#include "actors/core/due.hpp"
#include "actors/core/moderation.hpp"
#include "actors/core/reply_policy.hpp"
#include "messages/notice_words.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Which commands a campaign takes, by stage and hold; the table of the domain.
bool is_allowed(const campaign_state& state, command_kind kind) {
  const auto where = state.stage;
  switch (kind) {
  case command_kind::start:
  case command_kind::edit:
  case command_kind::discard:
    return where == stage::draft;
  case command_kind::approve:
  case command_kind::reject:
    return where == stage::moderation;
  case command_kind::pause:
  case command_kind::resume: // on a campaign that is not held it changes nothing
    return is_outgoing(where);
  case command_kind::release:
    return where == stage::preparing || where == stage::sending;
  case command_kind::cancel:
    return !state.is_final();
  case command_kind::resend_doubt:
  case command_kind::give_up_doubt:
  case command_kind::accept_refusals:
  case command_kind::retry_refusals:
    return where == stage::sending;
  }
  return false;
}

error refusal(const campaign_state& state, command_kind kind) {
  const auto what = state.status();
  std::string allowed;
  for (const auto one : allowed_commands(state))
    (allowed += allowed.empty() ? "" : ", ") += name_of(one);
  notice why{allowed.empty()          ? "nothing_changes_it"
             : what == status::paused ? "not_allowed_under_hold"
                                      : "not_allowed_now",
             {{"campaign", to_string(state.id)}, {"status", name_of(what)}, {"command", name_of(kind)}}};
  if (what == status::paused)
    why.add({"stage", name_of(state.stage)});
  if (!allowed.empty())
    why.add({"allowed", allowed});
  return make_error(error_code::not_allowed_now, std::move(why));
}

/// Nothing when the draft is still the one that was looked at.
result<void> check_unchanged(const campaign_state& state, const std::optional<event_number>& seen) {
  if (!seen || *seen == state.last_event)
    return {};
  return failure(error_code::conflict, notice{"changed_meanwhile", {{"campaign", to_string(state.id)}}});
}

result<event_bodies> decide_start(const campaign_state& state, const start_check& checked, timestamp now) {
  if (state.audience.id == audience_id{} || state.letters.size() == 0)
    return failure(error_code::invalid_input,
                   notice{"audience_missing", {{"campaign", to_string(state.id)}}});
  if (auto unchanged = check_unchanged(state, checked.version); !unchanged)
    return std::unexpected(unchanged.error());
  const auto t0 = std::max(state.spec.plan.start_at.value_or(now), now);
  if (auto end = check_end(state.spec.plan, t0, state.letters.size()); !end)
    return std::unexpected(end.error());
  event_bodies events;
  submitted checks{{}, content_hash(state.spec, state.audience), checked.moderation_reasons};
  for (const auto& reason : checked.moderation_reasons)
    checks.reasons.push_back(words_of(reason));
  events.emplace_back(std::move(checks));
  if (checked.moderation_reasons.empty())
    events.emplace_back(scheduled{t0});
  return events;
}

/// The moderation may have taken so long that the plan, whose zero is only fixed now, outlasts the calendar.
result<event_bodies> decide_approve(const campaign_state& state, const std::string& reason, timestamp now) {
  const auto t0 = std::max(state.spec.plan.start_at.value_or(now), now);
  if (auto end = check_end(state.spec.plan, t0, state.letters.size()); !end)
    return std::unexpected(end.error());
  return event_bodies{approved{reason, state.content_hash}, scheduled{t0}};
}

/// Settles the letters in doubt that were asked for: all of them where none are named. Those that are no longer
/// in doubt stay as they are.
event_bodies
settle_doubt(const campaign_state& state, const std::optional<letter_ranges>& asked, bool resend) {
  letter_ranges letters;
  state.letters.all(letter_state::in_doubt).for_each([&](letter_index index) {
    if (!asked || asked->contains(index))
      letters.add(index);
  });
  if (letters.empty())
    return {};
  return {doubt_settled{std::move(letters), resend, {}}};
}

/// Those of the provisional refusals that wait and were asked for, made final, or pending.
event_bodies
settle_refusals(const campaign_state& state, const std::optional<letter_ranges>& asked, bool accept) {
  letter_ranges letters;
  state.waiting_refusals().for_each([&](letter_index index) {
    if (!asked || asked->contains(index))
      letters.add(index);
  });
  if (letters.empty())
    return {};
  return {refusals_settled{std::move(letters), accept, {}}};
}

/// What lifts a hold; what was refused under `relay_refuses` leaves again.
event_bodies lift(const campaign_state& state, event_body lifted) {
  event_bodies events{std::move(lifted)};
  if (state.hold && state.hold->reason == hold_reason::relay_refuses)
    std::ranges::move(settle_refusals(state, std::nullopt, false), std::back_inserter(events));
  return events;
}

/// A campaign of some size of which nobody was accepted has a fault that somebody must look at.
bool is_suspicious_end(const campaign_state& state, std::size_t accepted, std::size_t refused) {
  return accepted == 0 && refused > 0 && state.letters.size() >= refusals_in_a_row_max &&
         !state.is_refusal_seen;
}

/// Adds `finished` when the events leave no letter open. Counting is enough: no need to apply them.
void finish_if_whole(const campaign_state& state, event_bodies& events) {
  if (state.stage != stage::sending)
    return;
  std::size_t newly_final = 0;
  std::size_t accepted = state.letters.count(letter_state::accepted);
  std::size_t refused = state.letters.count(letter_state::refused);
  for (const auto& body : events) {
    if (const auto* outcomes = std::get_if<settled>(&body)) {
      for (const auto& group : outcomes->groups) {
        if (is_final(group.outcome))
          newly_final += group.letters.count();
        accepted += group.outcome == letter_state::accepted ? group.letters.count() : 0;
        refused += group.outcome == letter_state::refused ? group.letters.count() : 0;
      }
    } else if (const auto* settled_doubt = std::get_if<doubt_settled>(&body);
               settled_doubt && !settled_doubt->resend) {
      newly_final += settled_doubt->letters.count();
    }
  }
  const auto already = state.letters.count(letter_state::accepted) +
                       state.letters.count(letter_state::refused) +
                       state.letters.count(letter_state::skipped);
  if (already + newly_final == state.letters.size() && !is_suspicious_end(state, accepted, refused))
    events.emplace_back(finished{});
}

/// Adds `drained` when these outcomes are the last that a hold or a cancel waited for.
void end_drain_if_through(const campaign_state& state,
                          const settled& outcomes,
                          timestamp now,
                          event_bodies& events) {
  if (!state.drain || state.drain->ended_at)
    return;
  auto sum = state.drain->outcomes;
  std::size_t through = 0;
  for (const auto& group : outcomes.groups)
    if (auto* counter = counter_of(sum, group.outcome)) {
      *counter += static_cast<letter_index>(group.letters.count());
      through += group.letters.count();
    }
  if (through == state.in_flight())
    events.emplace_back(drained{sum, std::max(now - state.drain->since, milliseconds{0})});
}

/// Those of `letters` for which `wanted` is true of their state.
template <class Wanted>
letter_ranges only(const campaign_state& state, const letter_ranges& letters, Wanted&& wanted) {
  if (state.letters.all_of(letters, wanted))
    return letters;
  letter_ranges kept;
  letters.for_each([&](letter_index index) {
    if (index < state.letters.size() && wanted(state.letters.at(index)))
      kept.add(index);
  });
  return kept;
}

bool is_claimed(letter_state state) {
  return state == letter_state::claimed;
}

milliseconds retry_delay(std::uint32_t deferrals_before, const retry_settings& settings) {
  auto delay = settings.delay_first;
  for (std::uint32_t done = 0; done < deferrals_before && delay < settings.delay_max; ++done)
    delay *= 2;
  return std::min(delay, settings.delay_max);
}

/// Letters to be offered again, by what is on record of each.
struct retry_plan {
  letter_ranges first_time; ///< nothing is on record
  std::map<timestamp, letter_ranges> by_time;
  letter_ranges given_up; ///< `give_up_after` is over
};

retry_plan plan_retries(const campaign_state& state,
                        const letter_ranges& letters,
                        const retry_settings& settings,
                        timestamp now) {
  retry_plan plan;
  letters.for_each([&](letter_index index) {
    const auto noted = state.retries.find(index);
    if (noted == state.retries.end())
      plan.first_time.add(index);
    else if (now - noted->second.first_deferred_at >= settings.give_up_after)
      plan.given_up.add(index);
    else
      plan.by_time[now + retry_delay(noted->second.deferrals, settings)].add(index);
  });
  return plan;
}

/// A deferral becomes one group for each delay, and one for those given up.
void settle_deferrals(const campaign_state& state,
                      const letter_ranges& letters,
                      const reply& answer,
                      const retry_settings& settings,
                      timestamp now,
                      std::vector<settled_group>& groups) {
  auto plan = plan_retries(state, letters, settings, now);
  if (!plan.first_time.empty())
    plan.by_time[now + retry_delay(0, settings)].add(plan.first_time);
  for (auto& [retry_at, those] : plan.by_time)
    groups.push_back({letter_state::deferred, std::move(those), answer, retry_at});
  if (!plan.given_up.empty())
    groups.push_back({letter_state::refused, std::move(plan.given_up), answer, {}});
}

/// Under `resend` a letter leaves again at once when it is in doubt for the first time. A server that takes a
/// letter and breaks off each time would get it for ever, and may deliver every one: from the second time on it
/// waits as a deferred one does, and is given up as one.
void resend_doubted(const campaign_state& state,
                    const letter_ranges& letters,
                    const retry_settings& settings,
                    timestamp now,
                    event_bodies& events) {
  auto plan = plan_retries(state, letters, settings, now);
  if (!plan.first_time.empty())
    events.emplace_back(doubt_settled{std::move(plan.first_time), true, {}});
  for (auto& [retry_at, those] : plan.by_time)
    events.emplace_back(doubt_settled{std::move(those), true, retry_at});
  if (!plan.given_up.empty())
    events.emplace_back(doubt_settled{std::move(plan.given_up), false, {}});
}

/// Outcomes that the state does not count yet.
struct further_verdicts {
  std::size_t fine = 0;
  std::size_t refused = 0;
  std::size_t refused_as_spam = 0;
};

further_verdicts verdicts_of(const std::vector<settled_group>& groups) {
  further_verdicts all;
  for (const auto& group : groups) {
    if (group.outcome == letter_state::refused)
      (is_spam_refusal(group.answer) ? all.refused_as_spam : all.refused) += group.letters.count();
    else if (group.outcome == letter_state::accepted)
      all.fine += group.letters.count();
  }
  return all;
}

/// The hold for suspicion that these outcomes call for, if they do.
std::optional<paused>
suspect(const campaign_state& state, const further_verdicts& latest, const suspicion_settings& settings) {
  if (!settings.enabled || state.hold || state.stage != stage::sending)
    return std::nullopt;
  std::size_t outcomes = 0;
  std::size_t refused = 0;
  std::size_t spam = 0;
  const auto count = [&](verdict one, std::size_t letters) {
    letters = std::min<std::size_t>(letters, settings.window - outcomes);
    outcomes += letters;
    refused += one == verdict::fine ? 0 : letters;
    spam += one == verdict::refused_as_spam ? letters : 0;
  };
  count(verdict::refused_as_spam, latest.refused_as_spam);
  count(verdict::refused, latest.refused);
  count(verdict::fine, latest.fine);
  if (refused == 0)
    return std::nullopt; // only refusals raise suspicion, so a look back is spared for all other reports
  for (auto one = state.verdicts.rbegin(); one != state.verdicts.rend() && outcomes < settings.window; ++one)
    count(*one, 1);
  if (outcomes < settings.outcomes_min)
    return std::nullopt;
  const auto percent = [&](std::size_t part) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(outcomes);
  };
  const auto held_for = [&](std::string_view code, double share, double limit) {
    notice why{code, {{"percent", share}, {"outcomes", outcomes}, {"limit", limit}}};
    auto words = words_of(why);
    return paused{hold_reason::spam_suspicion, std::move(words), std::move(why)};
  };
  if (percent(spam) > settings.spam_percent_max)
    return held_for("refused_as_spam", percent(spam), settings.spam_percent_max);
  if (percent(refused) > settings.refused_percent_max)
    return held_for("refused_too_often", percent(refused), settings.refused_percent_max);
  return std::nullopt;
}

} // namespace

letter_index trial_after(const campaign_state& state, letter_index trial_letters) {
  return state.hold && state.hold->reason != hold_reason::operator_request && state.stage == stage::sending
             ? trial_letters
             : 0;
}

std::optional<trial_view> trial_of(const campaign_state& state) {
  if (!state.trial)
    return std::nullopt;
  trial_view sum{state.trial->size, state.trial->letters};
  std::size_t open = 0;
  state.trial->letters.for_each([&](letter_index index) {
    open += is_final(state.letters.at(index)) ? 0U : 1U;
    switch (state.letters.at(index)) {
    case letter_state::pending:
    case letter_state::claimed:
      break;
    case letter_state::accepted:
      ++sum.accepted;
      break;
    case letter_state::refused:
      ++sum.refused;
      break;
    case letter_state::deferred:
      ++(state.provisional.contains(index) ? sum.refused : sum.others);
      break;
    case letter_state::skipped:
    case letter_state::in_doubt:
      ++sum.others;
      break;
    }
  });
  std::size_t open_in_all = state.letters.size();
  for (const auto final : {letter_state::accepted, letter_state::refused, letter_state::skipped})
    open_in_all -= state.letters.count(final);
  sum.letters =
      static_cast<letter_index>(std::min<std::size_t>(sum.letters, sum.begun.count() + open_in_all - open));
  return sum;
}

std::vector<command_kind> allowed_commands(const campaign_state& state) {
  std::vector<command_kind> kinds;
  const auto has_refusals = !state.provisional.empty() && !state.waiting_refusals().empty();
  for (std::size_t number = 0; number < command_kind_count; ++number) {
    const auto kind = static_cast<command_kind>(number);
    const auto changes_something =
        (kind != command_kind::resume || state.hold) && (kind != command_kind::pause || !state.hold) &&
        (kind != command_kind::release || !state.released_at) &&
        ((kind != command_kind::resend_doubt && kind != command_kind::give_up_doubt) ||
         state.letters.count(letter_state::in_doubt) > 0) &&
        ((kind != command_kind::accept_refusals && kind != command_kind::retry_refusals) || has_refusals);
    if (is_allowed(state, kind) && changes_something)
      kinds.push_back(kind);
  }
  return kinds;
}

result<event_bodies> decide(const campaign_state& state,
                            const command& asked,
                            const start_check& checked,
                            timestamp now,
                            letter_index trial_letters) {
  if (!is_allowed(state, asked.kind)) {
    const auto is_done = asked.kind == command_kind::cancel && state.stage == stage::cancelled;
    if (is_done)
      return event_bodies{};
    return std::unexpected(refusal(state, asked.kind));
  }
  switch (asked.kind) {
  case command_kind::start:
    return decide_start(state, checked, now);
  case command_kind::edit:
    if (!asked.edited)
      return failure(error_code::invalid_input, notice{"edit_is_empty"});
    if (auto unchanged = check_unchanged(state, asked.edited->made_from); !unchanged)
      return std::unexpected(unchanged.error());
    return event_bodies{edited{asked.edited->spec, asked.edited->audience}};
  case command_kind::discard:
    return event_bodies{discarded{}};
  case command_kind::approve:
    return decide_approve(state, asked.reason, now);
  case command_kind::reject:
    return event_bodies{rejected{asked.reason}};
  case command_kind::pause:
    return state.hold ? event_bodies{} : event_bodies{paused{hold_reason::operator_request, asked.reason}};
  case command_kind::resume:
    return state.hold ? lift(state, resumed{asked.reason, trial_after(state, trial_letters)})
                      : event_bodies{};
  case command_kind::release:
    return state.released_at && !state.hold
               ? event_bodies{}
               : lift(state, released{asked.reason, trial_after(state, trial_letters)});
  case command_kind::cancel:
    return event_bodies{cancelled{asked.reason}};
  case command_kind::resend_doubt:
    return settle_doubt(state, asked.letters, true);
  case command_kind::give_up_doubt: {
    auto events = settle_doubt(state, asked.letters, false);
    finish_if_whole(state, events);
    return events;
  }
  case command_kind::accept_refusals:
    return settle_refusals(state, asked.letters, true);
  case command_kind::retry_refusals:
    return settle_refusals(state, asked.letters, false);
  }
  return failure(error_code::internal, notice{"internal_fault", {{"fault", "a command of no known kind"}}});
}

event_bodies decide_on_time(const campaign_state& state, timestamp now) {
  if (state.stage != stage::preparing || state.hold || !state.t0)
    return {};
  const auto start = state.released_at ? std::min(*state.released_at, *state.t0) : *state.t0;
  if (now < start)
    return {};
  return {sending_began{}};
}

letter_ranges claimable(const campaign_state& state, const letter_ranges& wanted, timestamp now) {
  if (!state.may_claim() || wanted.empty())
    return {};
  const auto due_letters = state.due(now);
  auto room = state.room_of_trial();
  auto may_go = [&](letter_index index) {
    if (index >= due_letters)
      return false;
    if (state.trial && !state.trial->letters.contains(index) && room == 0)
      return false;
    const auto at = state.letters.at(index);
    if (at == letter_state::pending)
      return true;
    return at == letter_state::deferred && state.retries.at(index).due_at <= now;
  };
  letter_ranges granted;
  wanted.for_each([&](letter_index index) {
    if (!may_go(index))
      return;
    granted.add(index);
    if (state.trial && !state.trial->letters.contains(index))
      --room;
  });
  return granted;
}

event_bodies decide_results(const campaign_state& state,
                            const std::vector<result_group>& results,
                            const retry_settings& retries,
                            const suspicion_settings& suspicion,
                            timestamp now) {
  settled outcomes;
  letter_ranges doubted;
  letter_ranges seen; // a letter has one outcome, even if a relay should report two at once: the first
  for (const auto& group : results) {
    auto letters = only(state, group.letters, is_claimed);
    letters.remove(seen);
    seen.add(letters);
    if (letters.empty())
      continue;
    if (group.outcome == letter_state::in_doubt)
      doubted.add(letters);
    if (group.outcome == letter_state::deferred && !state.is_final())
      settle_deferrals(state, letters, group.answer, retries, now, outcomes.groups);
    else if (group.outcome == letter_state::refused && !state.is_final() && !is_about_mailbox(group.answer))
      outcomes.groups.push_back({letter_state::deferred, std::move(letters), group.answer, {}, true});
    else
      outcomes.groups.push_back({group.outcome, std::move(letters), group.answer,
                                 group.outcome == letter_state::deferred ? now : timestamp{}});
  }
  if (outcomes.groups.empty())
    return {};
  const auto suspected = suspect(state, verdicts_of(outcomes.groups), suspicion);
  event_bodies events;
  events.emplace_back(outcomes);
  end_drain_if_through(state, outcomes, now, events);
  if (!doubted.empty() && state.spec.on_doubt == doubt_policy::resend && !state.is_final())
    resend_doubted(state, doubted, retries, now, events);
  finish_if_whole(state, events);
  if (suspected && !std::holds_alternative<finished>(events.back()))
    events.emplace_back(*suspected);
  return events;
}

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
  const auto refused = state.letters.count(letter_state::refused) + again.count();
  if (again.count() >= refusals_in_a_row_max ||
      is_suspicious_end(state, state.letters.count(letter_state::accepted), refused))
    return hold_for_refusals(
        notice{"relay_refuses", {{"letters", again.count()}, {"replies", latest_refusals(state)}}});
  return {refusals_settled{std::move(again), true, {}}};
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
    if (state.refused_in_a_row >= refusals_in_a_row_max)
      return hold_for_refusals(notice{
          "relay_refuses", {{"letters", state.refused_in_a_row}, {"replies", latest_refusals(state)}}});
  }
  const auto final_ones = state.letters.count(letter_state::accepted) +
                          state.letters.count(letter_state::refused) +
                          state.letters.count(letter_state::skipped);
  const auto open = state.letters.size() - final_ones;
  if (open == 0) {
    const auto refused = state.letters.count(letter_state::refused);
    if (is_suspicious_end(state, state.letters.count(letter_state::accepted), refused))
      return hold_for_refusals(
          notice{"nobody_accepted", {{"letters", refused}, {"replies", latest_refusals(state)}}});
    return {finished{}};
  }
  if (open == state.provisional.size() && state.waiting_refusals().count() == open)
    return decide_last(state, retries, now);
  return {};
}

event_bodies decide_sender_refused(const campaign_state& state, const reply& said) {
  if (!state.may_claim())
    return {};
  return hold_for_refusals(notice{"sender_refused", {{"sender", state.spec.from}, {"reply", to_line(said)}}});
}

event_bodies decide_skips(const campaign_state& state, const std::vector<settled_group>& skips) {
  settled outcomes;
  for (const auto& group : skips) {
    auto letters = only(state, group.letters, [](letter_state one) {
      return one == letter_state::pending || one == letter_state::deferred;
    });
    if (!letters.empty())
      outcomes.groups.push_back({letter_state::skipped, std::move(letters), group.answer, {}});
  }
  if (outcomes.groups.empty() || state.is_final())
    return {};
  event_bodies events{std::move(outcomes)};
  finish_if_whole(state, events);
  return events;
}

bool is_of_restart(const reply& answer) {
  // A log of before has the words alone.
  return answer.notice.code == "engine_ended_before_reply" ||
         (answer.notice.empty() && answer.text == "the engine ended before the reply came");
}

std::vector<result_group> results_of_restart(const campaign_state& state) {
  auto letters = state.letters.all(letter_state::claimed);
  if (letters.empty())
    return {};
  return {{letter_state::in_doubt, std::move(letters), reply_of(notice{"engine_ended_before_reply"})}};
}

} // namespace sluice
