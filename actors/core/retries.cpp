#include "actors/core/retries.hpp"

#include <algorithm>
#include <map>

namespace sluice {

namespace {

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

} // namespace

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

} // namespace sluice
