#include "actors/letter_preview.hpp"

#include "actors/audit/log_queries.hpp"
#include "actors/letters/letter_composer.hpp"
#include "actors/stored_parts.hpp"
#include "messages/message_id.hpp"

namespace sluice {

letter_origin origin_of(const store& from, const campaign_view& campaign) {
  return {campaign.id, from.secret(), campaign.t0 ? campaign.message_ids : std::string{message_ids_of_store}};
}

result<std::string>
preview_letter(const store& from, const campaign_view& campaign, letter_index index, timestamp now) {
  const auto to = letter_recipient(from, campaign, index);
  if (!to)
    return std::unexpected(to.error());
  auto origin = origin_of(from, campaign);
  origin.list = campaign.audience.name;
  auto composer = make_letter_composer(origin, campaign.spec, to->audience.columns, attachments_in(from));
  if (!composer)
    return std::unexpected(composer.error());
  batch into;
  if (auto composed = (*composer)->compose(index, to->row, now, into); !composed)
    return std::unexpected(composed.error());
  return into.message_of(into.letters.front());
}

} // namespace sluice
