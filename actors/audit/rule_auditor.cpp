#include "actors/audit/rule_auditor.hpp"

#include "actors/core/approvals.hpp"
#include "actors/core/content_hash.hpp"
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
  if (std::holds_alternative<created>(next.body))
    author_ = next.by;
  else if (std::holds_alternative<edited>(next.body))
    last_editor_ = next.by;
  else if (std::holds_alternative<resumed>(next.body) || std::holds_alternative<released>(next.body))
    check_lifted();
  if (const auto* checks = std::get_if<submitted>(&next.body))
    check_rules(*checks);
  else if (std::holds_alternative<approval_given>(next.body))
    check_approver(next.by);
  else if (const auto* approval = std::get_if<approved>(&next.body))
    check_approved(*approval, next);
  if (std::holds_alternative<submitted>(next.body) || std::holds_alternative<approved>(next.body)) {
    start_began_at_ = state_.changed_at;
    is_approved_ = is_approved_ || std::holds_alternative<approved>(next.body);
  } else if (const auto* plan = std::get_if<scheduled>(&next.body)) {
    check_zero(*plan, next.at);
  } else if (std::holds_alternative<sending_began>(next.body)) {
    check(state_.t0 && next.at >= std::min(*state_.t0, state_.released_at.value_or(*state_.t0)),
          "sending began before the plan's zero");
    check_begin(next.at);
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

void rule_auditor::check_rules(const submitted& checks) const {
  if (checks.parts.empty())
    return; // of before
  check(checks.content_hash == content_hash(checks.parts), "the content's hash is not that of its parts");
  // The audience's hash is the store's word: that of its draft may be one of an earlier definition.
  const auto held = content_parts_of(state_.spec, state_.audience.hash, checks.parts.relays);
  for (const auto part : differing_parts(checks.parts, held))
    check(part == "audience", "what was checked is not what the campaign holds");
  check(checks.rules.author == author_ && checks.rules.last_editor == last_editor_,
        "its author and its last editor are others than those who made and edited it");
}

void rule_auditor::check_approver(const std::string& by) const {
  check(!is_barred(state_.approval_rules, by), "it was approved by its author or its last editor");
}

void rule_auditor::check_approved(const approved& approval, const event& next) const {
  check_approver(next.by);
  check(approval.parts.empty() || approval.content_hash == content_hash(approval.parts),
        "the approved hash is not that of its parts");
  auto with_it = state_;
  with_it.approvals.push_back({next.by, next.at, approval.words, approval.content_hash});
  check(approvals_that_count(with_it, approval.content_hash, next.at) >= state_.approval_rules.needed,
        "it was approved by fewer people than have to");
}

/// Rule 12, as far as a log can show it.
void rule_auditor::check_begin(timestamp at) const {
  check(!is_approval_expired(state_, at), "sending began after its approval had expired");
}

void rule_auditor::check_lifted() const {
  check(!state_.hold || !needs_approval(state_.hold->reason) || state_.approved_at,
        "a campaign was resumed without the new approval that it needed");
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
