#include "actors/core/decide.hpp"

#include "actors/core/approvals.hpp"
#include "actors/core/content_hash.hpp"
#include "actors/core/due.hpp"
#include "actors/core/moderation.hpp"
#include "actors/core/outcomes.hpp"
#include "messages/message_id.hpp"
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
    return state.awaits_approval();
  case command_kind::reject:
    return where == stage::moderation;
  case command_kind::pause:
  case command_kind::resume: // on a campaign that is not held it changes nothing
    return is_outgoing(where);
  case command_kind::release:
    return (where == stage::preparing || where == stage::sending) &&
           !(state.hold && needs_approval(state.hold->reason));
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
  submitted checks{{},
                   checked.content ? content_hash(*checked.content)
                                   : content_hash(state.spec, state.audience),
                   checked.moderation_reasons};
  if (checked.content) {
    checks.parts = *checked.content;
    checks.rules = checked.rules;
  }
  for (const auto& reason : checked.moderation_reasons)
    checks.reasons.push_back(words_of(reason));
  events.emplace_back(std::move(checks));
  if (checked.moderation_reasons.empty())
    events.emplace_back(scheduled{t0, std::string{message_ids_of_store}});
  return events;
}

/// The moderation may have taken so long that the plan, whose zero is only fixed now, outlasts the calendar. Of a
/// campaign that is held until it is approved anew, the hold is lifted.
result<event_bodies> decide_approve(const campaign_state& state,
                                    const command& asked,
                                    const start_check& checked,
                                    timestamp now,
                                    letter_index trial_letters) {
  auto events = decide_approval(state, asked, checked.content, now);
  if (!events || events->empty() || !std::holds_alternative<approved>(events->back()))
    return events;
  if (state.stage != stage::moderation) {
    events->emplace_back(resumed{asked.reason, trial_after(state, trial_letters)});
    return events;
  }
  const auto t0 = std::max(state.spec.plan.start_at.value_or(now), now);
  if (auto end = check_end(state.spec.plan, t0, state.letters.size()); !end)
    return std::unexpected(end.error());
  events->emplace_back(scheduled{t0, std::string{message_ids_of_store}});
  return events;
}

/// Settles the letters in doubt that were asked for: all of them where none are named. Those that are no longer
/// in doubt stay as they are.
/// Those of a relay that is there no longer leave through another.
event_bodies settle_doubt(const campaign_state& state,
                          const std::optional<letter_ranges>& asked,
                          bool resend,
                          const relay_names& relays) {
  letter_ranges letters;
  state.letters.all(letter_state::in_doubt).for_each([&](letter_index index) {
    if (!asked || asked->contains(index))
      letters.add(index);
  });
  event_bodies events;
  if (resend)
    if (auto gone = state.without_relay(letters, relays); !gone.empty()) {
      letters.remove(gone);
      events.emplace_back(doubt_settled{std::move(gone), true, {}, true});
    }
  if (!letters.empty())
    events.emplace_back(doubt_settled{std::move(letters), resend});
  return events;
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

/// Who lifts a hold that waits for an approval gives theirs.
result<event_bodies> decide_resume(const campaign_state& state,
                                   const command& asked,
                                   const start_check& checked,
                                   timestamp now,
                                   letter_index trial_letters) {
  if (!state.hold)
    return event_bodies{};
  if (!needs_approval(state.hold->reason))
    return lift(state, resumed{asked.reason, trial_after(state, trial_letters)});
  if (!asked.may_approve)
    return failure(
        error_code::not_permitted,
        notice{"resume_needs_approval", {{"campaign", to_string(state.id)}}, {notice_of(*state.hold)}});
  return decide_approve(state, asked, checked, now, trial_letters);
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
                            letter_index trial_letters,
                            const relay_names& relays) {
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
    return decide_approve(state, asked, checked, now, trial_letters);
  case command_kind::reject:
    return event_bodies{rejected{asked.reason}};
  case command_kind::pause:
    return state.hold ? event_bodies{} : event_bodies{paused{hold_reason::operator_request, asked.reason}};
  case command_kind::resume:
    return decide_resume(state, asked, checked, now, trial_letters);
  case command_kind::release:
    return state.released_at && !state.hold
               ? event_bodies{}
               : lift(state, released{asked.reason, trial_after(state, trial_letters)});
  case command_kind::cancel:
    return event_bodies{cancelled{asked.reason}};
  case command_kind::resend_doubt:
    return settle_doubt(state, asked.letters, true, relays);
  case command_kind::give_up_doubt: {
    auto events = settle_doubt(state, asked.letters, false, relays);
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
  if (is_approval_expired(state, now)) {
    notice why{"approval_expired",
               {{"at", state.approved_at.value_or(now)}, {"expires", state.approval_rules.expires}}};
    auto words = words_of(why);
    return {paused{hold_reason::approval_expired, std::move(words), std::move(why)}};
  }
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

} // namespace sluice
