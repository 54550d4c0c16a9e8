#include "actors/core/evolve.hpp"

#include "actors/core/common_words.hpp"
#include "messages/check.hpp"

#include <algorithm>

namespace sluice {

namespace {

bool is_claimable(letter_state state) {
  return state == letter_state::pending || state == letter_state::deferred;
}

void set_all(campaign_state& state, const letter_ranges& letters, letter_state to) {
  for (const auto& range : letters)
    state.letters.set(range, to);
}

/// Calls `visit` for each of the letters that have a retry on record; `visit` returns the next.
template <class Visit>
void each_retry(campaign_state& state, const letter_ranges& letters, Visit&& visit) {
  for (const auto& range : letters) {
    auto at = state.retries.lower_bound(range.begin);
    while (at != state.retries.end() && at->first < range.end)
      at = visit(at);
  }
}

void unqueue_retries(campaign_state& state, const letter_ranges& letters) {
  each_retry(state, letters, [&](auto at) {
    state.retry_queue.erase({at->second.due_at, at->first});
    return std::next(at);
  });
}

void forget_retries(campaign_state& state, const letter_ranges& letters) {
  each_retry(state, letters, [&](auto at) {
    state.retry_queue.erase({at->second.due_at, at->first});
    return state.retries.erase(at);
  });
}

void record_deferral(campaign_state& state, const letter_ranges& letters, timestamp retry_at, timestamp at) {
  letters.for_each([&](letter_index index) {
    const auto [noted, is_new] = state.retries.try_emplace(index, retry{0, at, at});
    ++noted->second.deferrals;
    noted->second.due_at = retry_at;
    state.retry_queue.emplace(retry_at, index);
  });
}

/// A refusal that may not be about the letter does not age it. `refusal` says what is the same for all.
void record_refusal(campaign_state& state,
                    const letter_ranges& letters,
                    const provisional_refusal& refusal,
                    timestamp at) {
  letters.for_each([&](letter_index index) {
    const auto [noted, is_new] = state.provisional.try_emplace(index, refusal);
    if (is_new) {
      ++state.relays[refusal.relay].refused_in_a_row;
    } else {
      const auto was_last_try = noted->second.is_last_try;
      noted->second = refusal;
      noted->second.is_last_try = was_last_try;
      noted->second.is_refused_again = was_last_try;
    }
    state.retries.try_emplace(index, retry{0, at, at}).first->second.due_at = never;
  });
}

void unbind(campaign_state& state, const letter_ranges& letters) {
  for (auto& [name, record] : state.relays)
    record.bound.remove(letters);
}

template <class Visit>
void each_refusal(campaign_state& state, const letter_ranges& letters, Visit&& visit) {
  for (const auto& range : letters) {
    auto at = state.provisional.lower_bound(range.begin);
    while (at != state.provisional.end() && at->first < range.end)
      at = visit(at);
  }
}

void forget_refusals(campaign_state& state, const letter_ranges& letters) {
  if (!state.provisional.empty())
    each_refusal(state, letters, [&](auto at) { return state.provisional.erase(at); });
}

/// The first time that a letter is sent again out of doubt it goes at once, and waits from the next time on.
void record_doubt(campaign_state& state, const letter_ranges& letters, timestamp at) {
  letters.for_each([&](letter_index index) { state.retries.try_emplace(index, retry{0, at, at}); });
}

void add_verdicts(campaign_state& state, verdict found, std::size_t letters) {
  state.verdicts.insert(state.verdicts.end(), std::min(letters, verdicts_max), found);
  if (state.verdicts.size() > verdicts_max)
    state.verdicts.erase(state.verdicts.begin(),
                         state.verdicts.end() - static_cast<std::ptrdiff_t>(verdicts_max));
}

void record_verdicts(campaign_state& state, const settled_group& group, letter_index count) {
  auto found = verdict::fine;
  if (group.outcome == letter_state::refused)
    found = is_spam_refusal(group.answer) ? verdict::refused_as_spam : verdict::refused;
  else if (group.outcome == letter_state::skipped && is_failed_letter(group.answer))
    found = verdict::failed;
  else if (group.outcome != letter_state::accepted)
    return;
  add_verdicts(state, found, count);
}

/// Answers share the room for kinds: that refusals are told apart is what people look for, so acceptances and what
/// we say ourselves may not fill it.
enum class answer_kind : std::uint8_t { acceptance, own, refusal };

answer_kind kind_of(const reply& answer) {
  if (answer.code >= 200 && answer.code < 300)
    return answer_kind::acceptance;
  return answer.code == 0 ? answer_kind::own : answer_kind::refusal;
}

constexpr std::size_t acceptances_max = 9;
constexpr std::size_t own_max = 30;
constexpr std::size_t refusals_max =
    response_groups_max - acceptances_max - own_max - 1; // one is for the rest

std::size_t groups_max(answer_kind kind) {
  if (kind == answer_kind::acceptance)
    return acceptances_max;
  return kind == answer_kind::own ? own_max : refusals_max;
}

const reply& rest_answer() {
  static const auto made = reply_of(notice{"further_replies"});
  return made;
}

bool is_rest(const response_group& group) {
  return group.answer.code == 0 && group.answer.text == rest_answer().text;
}

void record_response(campaign_state& state,
                     const settled_group& group,
                     const letter_ranges& letters,
                     timestamp at) {
  if (group.answer.code == 0 && group.answer.text.empty())
    return;
  auto& groups = state.responses;
  const auto kind = kind_of(group.answer);
  // Whoever accepts says the same with another queue id: the code tells it, the words are an example.
  auto words = kind == answer_kind::acceptance ? std::string{} : common_words(group.answer.text);
  auto found = std::ranges::find_if(groups, [&](const response_group& one) {
    return one.answer.code == group.answer.code &&
           (kind == answer_kind::acceptance ||
            (one.answer.enhanced == group.answer.enhanced && one.answer.text == words));
  });
  const auto is_full = [&] {
    const auto same_kind = std::ranges::count_if(
        groups, [&](const response_group& one) { return kind_of(one.answer) == kind && !is_rest(one); });
    return static_cast<std::size_t>(same_kind) >= groups_max(kind);
  };
  const auto first = letters.ranges().front().begin;
  if (found == groups.end() && is_full()) {
    found = std::ranges::find_if(groups, is_rest);
    if (found == groups.end())
      found = groups.insert(found, {rest_answer(), 0, at, at, first});
  } else if (found == groups.end()) {
    if (kind == answer_kind::acceptance)
      words = common_words(group.answer.text);
    // Of words that are many letters' the notice, which may name one of them, says too much.
    auto said = words == group.answer.text ? group.answer.notice : notice{};
    reply shown{group.answer.code, group.answer.enhanced, std::move(words), std::move(said)};
    found = groups.insert(found, {std::move(shown), 0, at, at, first});
  }
  found->count += static_cast<letter_index>(letters.count());
  found->last_seen = at;
}

/// One method for each event type.
struct evolution {
  campaign_state& state;
  const event& now;

  void operator()(const created& it) {
    check(!state.exists(), "a campaign was created twice");
    state.created_at = now.at;
    put_content(it.spec, it.audience);
  }
  void operator()(const edited& it) {
    check(state.stage == stage::draft, "a campaign was edited that is no draft");
    put_content(it.spec, it.audience);
  }
  void operator()(const discarded&) {
    check(state.stage == stage::draft, "a campaign was discarded that is no draft");
    state.is_discarded = true;
    state.stage = stage::cancelled;
  }
  void operator()(const submitted& it) {
    check(state.stage == stage::draft, "a campaign was started twice");
    state.stage = stage::moderation;
    state.submitted_at = now.at;
    state.moderation_reasons = it.reasons;
    state.moderation_notices = it.notices;
    state.content_hash = it.content_hash;
    state.content_parts = it.parts;
    state.approval_rules = it.rules;
    state.approvals.clear();
    state.approved_at.reset();
  }
  void operator()(const approval_given& it) {
    check(state.awaits_approval(), "a campaign was approved that waits for no moderator");
    state.moderation_words = it.words;
    state.approvals.push_back({now.by, now.at, it.words, it.content_hash});
  }
  void operator()(const approved& it) {
    check(state.awaits_approval(), "a campaign was approved that waits for no moderator");
    // What says of what its hash was made is an approval of that, whatever was there at `start`.
    check(!it.parts.empty() || it.content_hash == state.content_hash, "an approval was for other content");
    state.moderation_words = it.words;
    if (!it.parts.empty()) {
      state.content_hash = it.content_hash;
      state.content_parts = it.parts;
    }
    state.approvals.push_back({now.by, now.at, it.words, it.content_hash});
    state.approved_at = now.at;
  }
  void operator()(const rejected& it) {
    check(state.stage == stage::moderation, "a campaign was rejected that waits for no moderator");
    state.moderation_words = it.words;
    state.hold.reset();
    state.drain.reset();
    state.stage = stage::rejected;
  }
  void operator()(const scheduled& it) {
    check(state.stage == stage::moderation && !state.t0, "the plan's zero was fixed twice");
    state.t0 = it.t0;
    state.message_ids = it.message_ids;
    state.stage = stage::preparing;
  }
  void operator()(const sending_began&) {
    check(state.stage == stage::preparing && !state.hold, "sending began out of turn");
    state.stage = stage::sending;
  }
  void operator()(const paused& it) {
    check(is_outgoing(state.stage) && !state.hold, "a campaign was held that cannot be");
    state.hold = hold{now.by, it.reason, it.text, now.at, it.notice};
    if (needs_approval(it.reason)) {
      state.approvals.clear();
      state.approved_at.reset();
    }
    if (it.reason != hold_reason::operator_request)
      state.trial.reset();
    begin_drain();
  }
  void operator()(const resumed& it) {
    check(state.hold.has_value(), "a hold was lifted that was not there");
    lift_hold(it.trial);
  }
  void operator()(const released& it) {
    check(state.stage == stage::preparing || state.stage == stage::sending,
          "a campaign was released out of turn");
    if (!state.released_at)
      state.released_at = now.at;
    lift_hold(it.trial);
  }
  void operator()(const cancelled&) {
    check(!state.is_final(), "a campaign was cancelled after its end");
    state.hold.reset();
    begin_drain();
    state.stage = stage::cancelled;
  }
  void operator()(const claimed& it) {
    check(state.may_claim(), "letters were claimed while the campaign was not sending, or held");
    check(state.letters.all_of(it.letters, is_claimable), "letters were claimed that are not to be sent");
    if (state.trial)
      state.trial->letters.add(it.letters);
    check(!state.trial || state.trial->letters.count() <= state.trial->size,
          "more letters were claimed than a trial has");
    check(!is_bound_elsewhere(it), "letters out of doubt were claimed for another relay");
    unqueue_retries(state, it.letters);
    set_all(state, it.letters, letter_state::claimed);
    if (!it.relay.empty())
      state.relays[it.relay].bound.add(it.letters);
  }
  void operator()(const settled& it) {
    const auto accepted_before = accepted_by_relay();
    for (const auto& group : it.groups)
      for (const auto& [relay, letters] : state.by_relay(group.letters))
        settle(group, letters, relay, accepted_before.contains(relay));
    for (const auto& [relay, accepted] : accepted_by_relay())
      if (const auto before = accepted_before.find(relay);
          before == accepted_before.end() || before->second < accepted)
        record_acceptance(it, relay);
  }
  void operator()(const doubt_settled& it) {
    check(state.letters.all_of(it.letters, [](letter_state one) { return one == letter_state::in_doubt; }),
          "letters were taken out of doubt that were not in doubt");
    check(!state.is_final(), "letters were taken out of doubt after the campaign's end");
    if (!it.resend)
      forget_retries(state, it.letters);
    else if (it.waits())
      record_deferral(state, it.letters, it.retry_at, now.at);
    else
      record_doubt(state, it.letters, now.at);
    if (it.resend && !it.is_relay_gone) {
      for (const auto& [relay, letters] : state.by_relay(it.letters))
        state.relays[relay].bound.add(letters);
    } else {
      unbind(state, it.letters);
    }
    it.resend ? state.resent.add(it.letters) : state.resent.remove(it.letters);
    set_all(state, it.letters, it.outcome());
  }
  void operator()(const refusals_settled& it) {
    check(!state.is_final(), "refusals were settled after the campaign's end");
    check(state.letters.all_of(it.letters, [](letter_state one) { return one == letter_state::deferred; }),
          "refusals were settled of letters that have none");
    std::size_t found = 0;
    std::size_t spam = 0;
    each_refusal(state, it.letters, [&](auto at) {
      ++found;
      spam += at->second.is_spam ? 1U : 0U;
      at->second.is_last_try = at->second.is_last_try || it.waits();
      return std::next(at);
    });
    check(found == it.letters.count(), "refusals were settled of letters that have none");
    if (it.accept) {
      add_verdicts(state, verdict::refused_as_spam, spam);
      add_verdicts(state, verdict::refused, found - spam);
      state.is_refusal_seen = state.is_refusal_seen || !now.by.empty();
    }
    if (it.waits()) {
      it.letters.for_each([&](letter_index index) {
        state.retries.at(index).due_at = it.retry_at;
        state.retry_queue.emplace(it.retry_at, index);
      });
    } else {
      forget_retries(state, it.letters);
      forget_refusals(state, it.letters);
    }
    set_all(state, it.letters, it.outcome());
  }
  void operator()(const trial_passed&) {
    check(state.trial.has_value(), "a trial was passed that was not under way");
    state.trial.reset();
  }
  void operator()(const relay_failed& it) {
    // Told again with other words it is the same trouble, since then.
    const auto since = state.relay_trouble ? state.relay_trouble->since : now.at;
    state.relay_trouble = relay_trouble{since, it.text, it.notice};
  }
  void operator()(const relay_recovered&) { state.relay_trouble.reset(); }
  void operator()(const drained& it) {
    check(state.drain && !state.drain->ended_at && state.in_flight() == 0,
          "a stop was complete that was not under way");
    check(it.outcomes == state.drain->outcomes, "the outcomes after a stop are not those that came");
    state.drain->ended_at = now.at;
  }
  void operator()(const finished&) {
    check(state.stage == stage::sending, "a campaign ended that was not sending");
    state.hold.reset();
    state.drain.reset();
    state.relay_trouble.reset();
    state.trial.reset();
    state.stage = stage::sent;
  }

private:
  void put_content(const campaign_spec& spec, const audience_ref& audience) {
    state.spec = spec;
    state.audience = audience;
    state.letters = letter_table(audience.size);
  }

  /// A cancel during a pause waits for the same letters as the pause did.
  void begin_drain() {
    const auto in_flight = state.in_flight();
    if (in_flight == 0)
      state.drain = drain{now.at, 0, {}, now.at};
    else if (!state.drain || state.drain->ended_at)
      state.drain = drain{now.at, in_flight, {}, {}};
  }

  void on_withdraw_complete(letter_state outcome, letter_index count) {
    if (!state.drain || state.drain->ended_at)
      return;
    if (auto* counter = counter_of(state.drain->outcomes, outcome))
      *counter += count;
  }

  void lift_hold(letter_index trial_size) {
    state.is_refusal_seen =
        state.is_refusal_seen || (state.hold && state.hold->reason != hold_reason::operator_request);
    if (trial_size > 0) {
      check(state.hold.has_value(), "a trial began that no hold was lifted for");
      state.trial = trial{state.hold->reason, trial_size, {}, 0};
      for (auto& [name, record] : state.relays)
        record.refused_in_a_row = 0;
    }
    state.hold.reset();
    state.drain.reset();
    // Who lifted it has seen the measurement; the next hold must come from what happens after.
    state.verdicts.clear();
  }

  /// Of the relays that accepted any.
  std::map<std::string, letter_index> accepted_by_relay() const {
    std::map<std::string, letter_index> all;
    for (const auto& [name, record] : state.relays)
      if (record.accepted > 0)
        all.emplace(name, record.accepted);
    return all;
  }

  /// Letters in doubt are bound to the relay that may have them already.
  bool is_bound_elsewhere(const claimed& it) const {
    return std::ranges::any_of(state.relays, [&](const auto& one) {
      return one.first != it.relay && !one.second.bound.empty() &&
             !common(it.letters, one.second.bound).empty();
    });
  }

  /// Of letters that were refused there before it, it says that their refusals were not everybody's.
  void record_acceptance(const settled& now_settled, const std::string& relay) {
    state.relays[relay].refused_in_a_row = 0;
    if (state.provisional.empty())
      return;
    letter_ranges of_now;
    for (const auto& group : now_settled.groups)
      if (group.is_provisional)
        of_now.add(group.letters);
    for (auto& [index, refusal] : state.provisional)
      if (refusal.relay == relay && !of_now.contains(index))
        refusal.has_acceptance_after = true;
  }

  /// Those of a group's letters that were claimed for one relay.
  void settle(const settled_group& group,
              const letter_ranges& letters,
              const std::string& relay,
              bool has_acceptance_before) {
    check(may_settle(group, letters), "letters were settled that were not claimed");
    check(!letters.empty(), "an outcome came for no letter");
    const auto count = static_cast<letter_index>(letters.count());
    const auto is_spam = group.answer.code >= 500 && is_spam_refusal(group.answer);
    if (group.is_provisional) {
      record_refusal(state, letters, {relay, is_spam, has_acceptance_before}, now.at);
    } else if (group.outcome == letter_state::deferred) {
      forget_refusals(state, letters);
      record_deferral(state, letters, group.retry_at, now.at);
    } else if (group.outcome == letter_state::in_doubt) {
      unqueue_retries(state, letters);
    } else if (sluice::is_final(group.outcome)) {
      forget_refusals(state, letters);
      forget_retries(state, letters);
    }
    if (state.trial && is_spam)
      state.trial->spam += count;
    if (group.outcome == letter_state::accepted)
      state.relays[relay].accepted += count;
    record_resent(group.outcome, letters);
    set_all(state, letters, group.outcome);
    on_withdraw_complete(group.outcome, count);
    record_verdicts(state, group, count);
    record_response(state, group, letters, now.at);
  }

  /// Letters out of doubt may be in doubt again without a claim: their relay is there no longer.
  bool may_settle(const settled_group& group, const letter_ranges& letters) const {
    const auto is_left_out = group.outcome == letter_state::skipped;
    const auto is_doubted_again = group.outcome == letter_state::in_doubt && !state.resent.empty() &&
                                  common(letters, state.resent) == letters;
    return state.letters.all_of(letters, [&](letter_state before) {
      return before == letter_state::claimed || ((is_left_out || is_doubted_again) && is_claimable(before));
    });
  }

  /// An outcome says where the letter is, and what may be there twice.
  void record_resent(letter_state outcome, letter_ranges letters) {
    if (outcome == letter_state::in_doubt)
      return;
    if (outcome == letter_state::pending)
      letters.remove(state.resent); // their relay may have them all the same
    unbind(state, letters);
    if (!sluice::is_final(outcome) || state.resent.empty())
      return;
    const auto again = common(letters, state.resent);
    if (outcome == letter_state::accepted)
      state.accepted_resent += static_cast<letter_index>(again.count());
    state.resent.remove(again);
  }
};

} // namespace

void evolve(campaign_state& state, const event& next) {
  check(state.exists() || std::holds_alternative<created>(next.body),
        "a log does not begin with its creation");
  check(next.at >= state.changed_at, "time went backwards in a log");
  std::visit(evolution{state, next}, next.body);
  ++state.last_event;
  state.changed_at = next.at;
}

campaign_state initial_state(campaign_id id) {
  campaign_state state;
  state.id = id;
  return state;
}

} // namespace sluice
