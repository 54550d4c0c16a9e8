#pragma once
// State × command → events, or why not. Pure: what must be known from outside (time, moderation's reasons,
// the relay's results) is given. The engine appends what comes out before it answers or acts.

#include "actors/core/campaign_state.hpp"
#include "actors/core/result_group.hpp"
#include "actors/core/retry_settings.hpp"
#include "actors/core/start_check.hpp"
#include "actors/core/suspicion_settings.hpp"
#include "messages/command.hpp"

namespace sluice {

/// Events to append, in order; none when nothing changes.
using event_bodies = std::vector<event_body>;

/// With nothing accepted between them so many provisional refusals lay the hold `relay_refuses`. A campaign of so many
/// letters of which nobody was accepted is held, too, and does not end by itself.
inline constexpr letter_index refusals_in_a_row_max = 10;

/// What a command leads to. `not_allowed_now` says what the status is and what it allows. `trial_letters`: so many
/// leave first after a hold that the engine laid.
result<event_bodies> decide(const campaign_state& state,
                            const command& asked,
                            const start_check& checked,
                            timestamp now,
                            letter_index trial_letters = suspicion_settings{}.trial_letters);

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

/// The relay's results as events: refusals that may not be about their letters are provisional, deferrals get their delay or are given up, doubt is settled by the
/// campaign's policy, many refusals lay a hold, the last outcome ends the campaign (or the wait that a stop
/// began). Results for letters that
/// are not claimed (they were settled in another way meanwhile) are left out.
event_bodies decide_results(const campaign_state& state,
                            const std::vector<result_group>& results,
                            const retry_settings& retries,
                            const suspicion_settings& suspicion,
                            timestamp now);

/// What the state calls for by itself: a trial is over, refusals are final or lay a hold, the last try of letters that
/// were refused provisionally, the end. Called again after its events are applied, until there are none.
event_bodies decide_consequences(const campaign_state& state,
                                 const retry_settings& retries,
                                 const suspicion_settings& suspicion,
                                 timestamp now);

/// The relay takes nothing from this campaign's sender.
event_bodies decide_sender_refused(const campaign_state& state, const reply& said);

/// Letters that are never offered, with the reason of each group.
event_bodies decide_skips(const campaign_state& state, const std::vector<settled_group>& skips);

/// True when a letter is in doubt because the engine ended.
bool is_of_restart(const reply& answer);

/// After a restart: what was claimed and has no outcome is in doubt, as if the relay had said so.
std::vector<result_group> results_of_restart(const campaign_state& state);

} // namespace sluice
