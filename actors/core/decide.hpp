#pragma once
// State × command → events, or why not. Pure: what must be known from outside (time, moderation's reasons) is given.
// The engine appends what comes out before it answers or acts.

#include "actors/core/campaign_state.hpp"
#include "actors/core/event_bodies.hpp"
#include "actors/core/start_check.hpp"
#include "actors/core/suspicion_settings.hpp"
#include "messages/command.hpp"

namespace sluice {

/// What a command leads to. `not_allowed_now` says what the status is and what it allows. `trial_letters`: so many
/// leave first after a hold that the engine laid. `relays`: that there are.
result<event_bodies> decide(const campaign_state& state,
                            const command& asked,
                            const start_check& checked,
                            timestamp now,
                            letter_index trial_letters = suspicion_settings{}.trial_letters,
                            const relay_names& relays = one_relay());

/// How many letters leave first when the hold is lifted; 0 where there is none, or a person laid it.
letter_index trial_after(const campaign_state& state, letter_index trial_letters);

/// What became so far of the letters of the trial that is under way.
std::optional<trial_view> trial_of(const campaign_state& state);

/// The commands that would change something in this state.
std::vector<command_kind> allowed_commands(const campaign_state& state);

/// preparing → sending when the plan's zero has come.
event_bodies decide_on_time(const campaign_state& state, timestamp now);

/// Of the letters that the relay has ready, those that may be claimed now: due, not held, not claimed.
letter_ranges claimable(const campaign_state& state, const letter_ranges& wanted, timestamp now);

} // namespace sluice
