#include "actors/audit/recovery.hpp"

#include "actors/core/evolve.hpp"
#include "actors/core/state_codec.hpp"
#include "messages/check.hpp"

namespace sluice {

result<campaign_state> recover(const store& from, campaign_id campaign) {
  auto state = initial_state(campaign);
  if (const auto kept = from.snapshots().load(campaign))
    if (auto decoded = decode_state(kept->state);
        decoded && decoded->id == campaign && decoded->last_event == kept->number)
      state = std::move(*decoded);
  std::optional<error> broken;
  const auto read = from.journal().read(campaign, state.last_event + 1, [&](const stored_event& stored) {
    try {
      check(stored.number == state.last_event + 1, "an event is missing");
      evolve(state, stored.event);
      return true;
    } catch (const broken_invariant& fault) {
      broken = make_error(
          error_code::corrupt,
          notice{"log_damaged",
                 {{"campaign", to_string(campaign)}, {"event", stored.number}, {"fault", fault.what()}}});
      return false;
    }
  });
  if (!read)
    return std::unexpected(read.error());
  if (broken)
    return std::unexpected(*broken);
  if (!state.exists())
    return failure(error_code::not_found, notice{"campaign_unknown", {{"campaign", to_string(campaign)}}});
  return state;
}

} // namespace sluice
