#include "actors/core/outcomes.hpp"

#include "actors/core/reply_policy.hpp"
#include "actors/core/retries.hpp"
#include "actors/core/suspicion.hpp"

#include <algorithm>
#include <variant>

namespace sluice {

namespace {

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

notice relay_is_gone(const std::string& name) {
  return notice{"relay_is_gone", {{"relay", name.empty() ? "[relay]" : "[relays." + name + "]"}}};
}

} // namespace

void finish_if_whole(const campaign_state& state, event_bodies& events) {
  if (state.stage != stage::sending)
    return;
  std::size_t newly_final = 0;
  auto outcomes_then = final_outcomes_of(state);
  for (const auto& body : events) {
    if (const auto* outcomes = std::get_if<settled>(&body)) {
      for (const auto& group : outcomes->groups) {
        if (is_final(group.outcome))
          newly_final += group.letters.count();
        outcomes_then.accepted += group.outcome == letter_state::accepted ? group.letters.count() : 0;
        outcomes_then.refused += group.outcome == letter_state::refused ? group.letters.count() : 0;
        outcomes_then.skipped += group.outcome == letter_state::skipped ? group.letters.count() : 0;
      }
    } else if (const auto* settled_doubt = std::get_if<doubt_settled>(&body);
               settled_doubt && !settled_doubt->resend) {
      newly_final += settled_doubt->letters.count();
    }
  }
  const auto now_there = final_outcomes_of(state);
  const auto already = now_there.accepted + now_there.refused + now_there.skipped;
  if (already + newly_final == state.letters.size() && !is_suspicious_end(state, outcomes_then))
    events.emplace_back(finished{});
}

event_bodies decide_results(const campaign_state& state,
                            const std::vector<result_group>& results,
                            const retry_settings& retries,
                            const suspicion_settings& suspicion,
                            timestamp now,
                            const relay_names& relays) {
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
  doubted.remove(state.without_relay(doubted, relays));
  if (!doubted.empty() && state.spec.on_doubt == doubt_policy::resend && !state.is_final())
    resend_doubted(state, doubted, retries, now, events);
  finish_if_whole(state, events);
  if (suspected && !std::holds_alternative<finished>(events.back()))
    events.emplace_back(*suspected);
  return events;
}

event_bodies decide_without_relay(const campaign_state& state, const relay_names& relays) {
  if (state.is_final())
    return {};
  settled again;
  for (const auto& [name, record] : state.relays)
    if (!relays.contains(name)) {
      auto letters = only(state, record.bound, [](letter_state one) {
        return one == letter_state::pending || one == letter_state::deferred;
      });
      if (!letters.empty())
        again.groups.push_back(
            {letter_state::in_doubt, std::move(letters), reply_of(relay_is_gone(name)), {}});
    }
  if (again.groups.empty())
    return {};
  return {std::move(again)};
}

event_bodies decide_skips(const campaign_state& state,
                          const std::vector<settled_group>& skips,
                          const suspicion_settings& suspicion) {
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
  const auto suspected = suspect(state, verdicts_of(outcomes.groups), suspicion);
  event_bodies events{std::move(outcomes)};
  finish_if_whole(state, events);
  if (suspected && !std::holds_alternative<finished>(events.back()))
    events.emplace_back(*suspected);
  return events;
}

bool is_of_restart(const reply& answer) {
  // A log of before has the words alone.
  return answer.notice.code == "engine_ended_before_reply" || answer.notice.code == "relay_is_gone" ||
         (answer.notice.empty() && answer.text == "the engine ended before the reply came");
}

std::vector<result_group> results_of_restart(const campaign_state& state, const relay_names& relays) {
  std::vector<result_group> results;
  for (auto& [name, letters] : state.by_relay(state.letters.all(letter_state::claimed)))
    results.push_back(
        {letter_state::in_doubt, std::move(letters),
         reply_of(relays.contains(name) ? notice{"engine_ended_before_reply"} : relay_is_gone(name))});
  return results;
}

} // namespace sluice
