#pragma once
// Faults that the simulation puts into the engine to see whether it notices. A build of the engine has none
// of them: is_broken is false there before the compiler is through. tests/simulation/CMakeLists.txt makes the one
// build that has the switches.

#include <cstdint>

namespace sluice {

enum class deliberate_fault : std::uint8_t {
  none,
  claim_not_awaited,         ///< letters are granted before their claim is durable
  answer_not_awaited,        ///< a command is answered before its event is durable
  outcome_before_claim,      ///< letters count as accepted when they are granted
  doubt_forgotten,           ///< after a kill, claimed letters are simply pending again
  t0_moved_by_pause,         ///< a resume shifts the plan by as long as the pause was
  retry_without_delay,       ///< a deferred letter is due again at once
  pause_lets_claims_through, ///< letters wanted during a hold are granted
  plan_ignored,              ///< letters are made ready and claimed whatever the plan says
  outcomes_lost_with_disk,   ///< outcomes of an append that failed are not taken up again
  returned_letters_lost,     ///< what a withdrawn queue hands back is not made ready again
  dead_campaign_forgotten,   ///< a campaign's actor that died is not started again
  timer_lost,                ///< nothing wakes a campaign that waits for its disk
  finished_too_early,        ///< deferred letters count as final
  key_forgotten,             ///< an idempotency key is not remembered
  suppression_ignored,       ///< letters are made for suppressed addresses
  clock_trusted,             ///< a wall clock that jumps back is written into the log
  view_ahead_of_log,         ///< what is shown is not yet durable
  untaken_letters_lost, ///< what a sender had not taken when its queue was drained is not made ready again
  resume_overtakes,     ///< letters are made ready while a withdrawn queue still has earlier ones
  unreadable_log_parks, ///< a disk that does not give a log counts as a death of the campaign
  draft_not_shown,      ///< a draft is shown only if the disk gives it back at once
  doubt_without_delay,  ///< a letter that is in doubt again and again leaves at once each time
  drain_not_counted,    ///< letters that come back unsent are left out of what a stop tells
  dead_campaign_sends,  ///< a campaign's actor that dies leaves its queue open until its sender hears of it
  dead_campaign_silent, ///< nobody answers commands that died with a campaign's actor
  revival_overtakes,    ///< a campaign is started again while its last append is still on its way
};

#ifdef SLUICE_DELIBERATE_FAULTS
/// Whether the simulation chose this fault.
bool is_broken(deliberate_fault which);
#else
constexpr bool is_broken(deliberate_fault) {
  return false;
}
#endif

} // namespace sluice
