#include "actors/audit/progress.hpp"

#include "actors/core/due.hpp"
#include "actors/core/outcomes.hpp"

namespace sluice {

void progress::follow(const event& next) {
  const auto before = now_;
  if (const auto* claim = std::get_if<claimed>(&next.body)) {
    now_.left += static_cast<letter_index>(claim->letters.count());
  } else if (const auto* outcomes = std::get_if<settled>(&next.body)) {
    for (const auto& group : outcomes->groups)
      settle(group, next.at);
  } else if (const auto* doubt = std::get_if<doubt_settled>(&next.body)) {
    const auto count = static_cast<letter_index>(doubt->letters.count());
    now_.in_doubt -= count;
    (doubt->resend ? now_.left : now_.refused) += doubt->resend ? -count : count;
  } else if (const auto* refusals = std::get_if<refusals_settled>(&next.body)) {
    if (refusals->accept) {
      const auto count = static_cast<letter_index>(refusals->letters.count());
      now_.refused += count;
      now_.left += count;
    }
  } else if (std::holds_alternative<paused>(next.body)) {
    pauses_.emplace_back(next.at, std::nullopt);
  } else if (std::holds_alternative<resumed>(next.body) || std::holds_alternative<released>(next.body)) {
    end_pause(next.at);
  } else if (std::holds_alternative<cancelled>(next.body) || std::holds_alternative<rejected>(next.body) ||
             std::holds_alternative<finished>(next.body)) {
    end_pause(next.at);
    ended_at_ = next.at;
  }
  now_.at = before.at;
  if (now_ == before)
    return;
  now_.at = next.at;
  curve_.add(now_);
}

void progress::settle(const settled_group& group, timestamp at) {
  const auto count = static_cast<letter_index>(group.letters.count());
  switch (group.outcome) {
  case letter_state::accepted:
    now_.accepted += count;
    break;
  case letter_state::refused:
    now_.refused += count;
    break;
  case letter_state::skipped: // never claimed: it leaves the circulation here
    now_.skipped += count;
    now_.left += count;
    break;
  case letter_state::in_doubt:
    now_.in_doubt += count;
    if (is_of_restart(group.answer) && (restarts_.empty() || restarts_.back() != at))
      restarts_.push_back(at);
    break;
  case letter_state::deferred:
    now_.deferrals += count;
    now_.left -= count;
    break;
  case letter_state::pending: // back unsent
    now_.left -= count;
    break;
  case letter_state::claimed: // no outcome
    break;
  }
}

void progress::end_pause(timestamp at) {
  if (!pauses_.empty() && !pauses_.back().second)
    pauses_.back().second = at;
}

std::vector<due_point> due_curve(const plan& plan,
                                 timestamp t0,
                                 std::optional<timestamp> released_at,
                                 letter_index total,
                                 std::size_t points_max) {
  // A plan may have a hundred million parts: where they are too many, some are left out.
  const auto last = due_at(plan, t0, std::nullopt, total, total - 1);
  const auto parts = plan.parts ? static_cast<std::uint64_t>((last - t0) / plan.parts->every) + 1 : 1;
  const auto gaps_max = std::max<std::uint64_t>(points_max, 2) - 1;
  const auto stride = parts <= points_max ? 1 : (parts + gaps_max - 1) / gaps_max;
  step_curve<due_point> curve(points_max);
  for (std::uint64_t number = 0; number < parts; number += stride)
    each_part(plan, t0, total, number, [&](const planned_part& part) {
      if (!released_at || part.at < *released_at)
        curve.add({part.at, part.letters_total});
      return false;
    });
  const auto end = released_at ? *released_at : last;
  if (total > 0 && (curve.points().empty() || curve.points().back().due < total))
    curve.add({end, total});
  return curve.points();
}

} // namespace sluice
