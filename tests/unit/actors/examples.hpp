#pragma once
// Campaigns and moments that the tests of the core start from.

#include "actors/core/evolve.hpp"
#include "messages/event.hpp"

namespace sluice::examples {

/// 1 December 2026, 09:00 UTC.
inline constexpr timestamp t0{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} +
                              std::chrono::hours(9)};

inline campaign_spec spec() {
  campaign_spec made;
  made.name = "Autumn sale";
  made.from = "Shop <news@shop.example>";
  made.subject = "{{name}}, everything is 20% off";
  made.text = "Hello {{name}}";
  made.unsubscribe_url = "https://shop.example/u/{{token}}";
  return made;
}

inline campaign_spec spec_in_parts(std::uint32_t size, milliseconds every) {
  auto made = spec();
  made.plan.parts = parts{size, every, 0};
  return made;
}

inline audience_ref audience(letter_index size) {
  return {audience_id{1}, "Customers", size, "00"};
}

/// Applies events as the engine would: one after the other, at `at`.
inline void apply(campaign_state& state, timestamp at, const std::vector<event_body>& bodies) {
  for (const auto& body : bodies)
    evolve(state, event{at, "", body});
}

/// A draft, made an hour before t0.
inline campaign_state draft(letter_index letters = 1000, campaign_spec content = spec()) {
  auto state = initial_state(campaign_id{1});
  apply(state, t0 - std::chrono::hours(1), {created{std::move(content), audience(letters)}});
  return state;
}

/// A campaign that is sending, with T0 at t0.
inline campaign_state sending(letter_index letters = 1000, campaign_spec content = spec()) {
  auto state = draft(letters, std::move(content));
  apply(state, t0, {submitted{{}, "hash"}, scheduled{t0}, sending_began{}});
  return state;
}

} // namespace sluice::examples
