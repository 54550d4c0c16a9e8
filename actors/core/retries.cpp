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

/// splitmix64's last step: neighbours in, no likeness out.
std::uint64_t mixed(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31U);
}

timestamp retry_at(const campaign_state& state,
                   letter_index index,
                   std::uint32_t deferrals_before,
                   timestamp first_deferred_at,
                   const retry_settings& settings,
                   timestamp now) {
  const auto delay = retry_delay(deferrals_before, settings);
  const auto spread = retry_spread(delay, state.id, index, deferrals_before);
  return std::max(now + delay, std::min(now + delay + spread, first_deferred_at + settings.give_up_after));
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
      plan.by_time[retry_at(state, index, noted->second.deferrals, noted->second.first_deferred_at, settings,
                            now)]
          .add(index);
  });
  return plan;
}

} // namespace

milliseconds
retry_spread(milliseconds delay, campaign_id campaign, letter_index index, std::uint32_t deferrals_before) {
  const auto slot =
      mixed(mixed(campaign.value + index / retry_slot_letters * 0x9e3779b97f4a7c15U) + deferrals_before) %
      retry_slots;
  return delay * static_cast<milliseconds::rep>(slot) / static_cast<milliseconds::rep>(4 * (retry_slots - 1));
}

void settle_deferrals(const campaign_state& state,
                      const letter_ranges& letters,
                      const reply& answer,
                      const retry_settings& settings,
                      timestamp now,
                      std::vector<settled_group>& groups) {
  auto plan = plan_retries(state, letters, settings, now);
  plan.first_time.for_each(
      [&](letter_index index) { plan.by_time[retry_at(state, index, 0, now, settings, now)].add(index); });
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
