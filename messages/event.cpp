#include "messages/event.hpp"

#include <algorithm>
#include <array>

namespace sluice {

std::string_view type_of(const event_body& body) {
  static constexpr std::array<std::string_view, std::variant_size_v<event_body>> types{
      "created",      "edited",          "discarded",     "submitted",     "approval_given",   "approved",
      "rejected",     "scheduled",       "sending_began", "paused",        "resumed",          "released",
      "cancelled",    "claimed",         "settled",       "doubt_settled", "refusals_settled", "trial_passed",
      "relay_failed", "relay_recovered", "drained",       "finished"};
  return types[body.index()];
}

bool has_notice(const settled& outcomes) {
  return std::ranges::any_of(outcomes.groups,
                             [](const settled_group& one) { return !one.answer.notice.empty(); });
}

bool has_provisional(const settled& outcomes) {
  return std::ranges::any_of(outcomes.groups, &settled_group::is_provisional);
}

} // namespace sluice
