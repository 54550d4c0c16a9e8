#include "tests/simulation/deliberate.hpp"

#include "actors/core/deliberate_faults.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <string_view>

namespace sluice {

#ifdef SLUICE_DELIBERATE_FAULTS

namespace {

constexpr std::array<std::string_view, 26> names{
    "claim_not_awaited",       "answer_not_awaited",    "outcome_before_claim",      "doubt_forgotten",
    "t0_moved_by_pause",       "retry_without_delay",   "pause_lets_claims_through", "plan_ignored",
    "outcomes_lost_with_disk", "returned_letters_lost", "dead_campaign_forgotten",   "timer_lost",
    "finished_too_early",      "key_forgotten",         "suppression_ignored",       "clock_trusted",
    "view_ahead_of_log",       "untaken_letters_lost",  "resume_overtakes",          "unreadable_log_parks",
    "draft_not_shown",         "doubt_without_delay",   "drain_not_counted",         "dead_campaign_sends",
    "dead_campaign_silent",    "revival_overtakes"};

std::atomic<deliberate_fault> chosen = deliberate_fault::none;

} // namespace

bool is_broken(deliberate_fault which) {
  return chosen.load(std::memory_order_relaxed) == which;
}

std::vector<std::string> simulation::deliberate_fault_names() {
  return {names.begin(), names.end()};
}

void simulation::choose_deliberate_fault(const std::string& name) {
  const auto found = std::ranges::find(names, name);
  // The first name is that of the first fault behind `none`.
  chosen = found == names.end() ? deliberate_fault::none
                                : static_cast<deliberate_fault>(1 + (found - names.begin()));
}

#else

std::vector<std::string> simulation::deliberate_fault_names() {
  return {};
}

void simulation::choose_deliberate_fault(const std::string&) {}

#endif

} // namespace sluice
