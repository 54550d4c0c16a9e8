#include "actors/audit/rule_auditor.hpp"

#include "actors/core/evolve.hpp"
#include "messages/check.hpp"

#include <algorithm>

namespace sluice {

rule_auditor::rule_auditor(campaign_id campaign) : state_(initial_state(campaign)) {}

void rule_auditor::follow(const event& next) {
  check_before(next);
  evolve(state_, next);
  check_after(next);
}

void rule_auditor::check_before(const event& next) {
  if (const auto* claim = std::get_if<claimed>(&next.body))
    return check_claim(*claim, next.at);
  if (const auto* outcomes = std::get_if<settled>(&next.body))
    return check_outcomes(*outcomes);
  if (std::holds_alternative<submitted>(next.body) || std::holds_alternative<approved>(next.body)) {
    start_began_at_ = state_.changed_at;
    is_approved_ = is_approved_ || std::holds_alternative<approved>(next.body);
  } else if (const auto* plan = std::get_if<scheduled>(&next.body)) {
    check_zero(*plan, next.at);
  } else if (std::holds_alternative<sending_began>(next.body)) {
    check(state_.t0 && next.at >= std::min(*state_.t0, state_.released_at.value_or(*state_.t0)),
          "sending began before the plan's zero");
  } else if (const auto* doubt = std::get_if<doubt_settled>(&next.body)) {
    check(!doubt->resend || !next.by.empty() || state_.spec.on_doubt == doubt_policy::resend,
          "letters in doubt were sent again that a person was to decide about");
  } else if (const auto* refusals = std::get_if<refusals_settled>(&next.body)) {
    check_refusals(*refusals, next.by);
  } else if (std::holds_alternative<relay_failed>(next.body) ||
             std::holds_alternative<relay_recovered>(next.body)) {
    check(!state_.is_final(), "something happened after the campaign's end");
  }
}

/// Rule 2. (3 and 4 are evolve's own.)
void rule_auditor::check_claim(const claimed& claim, timestamp at) const {
  if (claim.letters.empty() || !state_.may_claim())
    return;
  check(claim.letters.ranges().back().end <= state_.due(at), "letters were claimed before they were due");
  if (state_.retry_queue.empty() || state_.retry_queue.rbegin()->first <= at)
    return; // every deferred letter's time has come
  for (const auto& range : claim.letters)
    for (auto noted = state_.retries.lower_bound(range.begin);
         noted != state_.retries.end() && noted->first < range.end; ++noted)
      check(state_.letters.at(noted->first) != letter_state::deferred || noted->second.due_at <= at,
            "a deferred letter was claimed before its time");
}

/// Rule 5: after the end only what was claimed before it gets an outcome.
void rule_auditor::check_outcomes(const settled& outcomes) const {
  if (!state_.is_final())
    return;
  for (const auto& group : outcomes.groups)
    check(state_.letters.all_of(group.letters, [](letter_state one) { return one == letter_state::claimed; }),
          "letters were settled after the campaign's end that were not claimed before it");
}

/// Rule 11: by itself the engine takes a refusal for its letter's own only where others were accepted before and after
/// it, or where it came again at the last try of a few.
void rule_auditor::check_refusals(const refusals_settled& refusals, const std::string& by) const {
  if (!refusals.accept || !by.empty())
    return;
  for (const auto& [index, refusal] : state_.provisional)
    if (refusals.letters.contains(index))
      check((refusal.has_acceptance_before && refusal.has_acceptance_after) || refusal.is_refused_again,
            "a letter was refused for good by a reply that may not have been about it");
}

void rule_auditor::check_zero(const scheduled& plan, timestamp at) const {
  check(state_.moderation_reasons.empty() || is_approved_,
        "a campaign was scheduled before the approval that was asked for");
  const auto start_at = state_.spec.plan.start_at;
  if (start_at && plan.t0 == *start_at)
    return check(*start_at >= start_began_at_, "the plan's zero lies before the campaign's start");
  check(plan.t0 >= start_began_at_ && plan.t0 <= at && (!start_at || plan.t0 >= *start_at),
        "the plan's zero is neither the campaign's start nor the moment that it became ready");
}

/// Rules 1 and 7.
void rule_auditor::check_after(const event& next) const {
  letter_index sum = 0;
  for (const auto count : state_.letters.counts())
    sum += count;
  check(sum == state_.letters.size(), "the counts do not add up");
  if (std::holds_alternative<finished>(next.body))
    check(state_.letters.count(letter_state::accepted) + state_.letters.count(letter_state::refused) +
                  state_.letters.count(letter_state::skipped) ==
              state_.letters.size(),
          "the campaign ended before every letter had a final outcome");
}

} // namespace sluice
