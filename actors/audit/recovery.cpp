#include "actors/audit/recovery.hpp"

#include "actors/core/evolve.hpp"
#include "actors/core/state_codec.hpp"
#include "messages/check.hpp"

#include <fmt/format.h>

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
      broken = error{error_code::corrupt,
                     fmt::format("{}, event {}: {}; run: sluice audit verify {}", to_string(campaign),
                                 stored.number, fault.what(), to_string(campaign))};
      return false;
    }
  });
  if (!read)
    return std::unexpected(read.error());
  if (broken)
    return std::unexpected(*broken);
  if (!state.exists())
    return failure(error_code::not_found, fmt::format("there is no campaign {}", to_string(campaign)));
  return state;
}

} // namespace sluice
