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
    return std::unexpected(no_such_campaign(from.removed_campaigns(), campaign));
  return state;
}

result<campaign_spec> content_of(const store& from, campaign_id campaign) {
  std::optional<campaign_spec> content;
  event_number known = 0;
  if (const auto kept = from.snapshots().load(campaign)) {
    content = decode_content(kept->state);
    known = content ? kept->number : 0;
  }
  const auto read = from.journal().read(campaign, known + 1, [&](const stored_event& stored) {
    if (const auto* made = std::get_if<created>(&stored.event.body))
      content = made->spec;
    else if (const auto* change = std::get_if<edited>(&stored.event.body))
      content = change->spec;
    return true;
  });
  if (!read)
    return std::unexpected(read.error());
  if (!content)
    return std::unexpected(no_such_campaign(from.removed_campaigns(), campaign));
  return std::move(*content);
}

result<std::vector<response_group>> responses_of(const store& from, const campaign_view& campaign) {
  if (!is_final(campaign.stage))
    return campaign.responses;
  auto state = recover(from, campaign.id);
  if (!state)
    return std::unexpected(state.error());
  return std::move(state->responses);
}

} // namespace sluice
