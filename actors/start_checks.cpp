#include "actors/start_checks.hpp"

#include "messages/address.hpp"

#include <algorithm>

namespace sluice {

sender_history history_of(const std::vector<view_ptr>& campaigns, const std::string& from) {
  sender_history history;
  const auto domain_in = [](const std::string& mailbox) {
    const auto parsed = parse_mailbox(mailbox);
    return parsed ? ascii_domain(domain_of(parsed->address)) : std::string{};
  };
  const auto domain = domain_in(from);
  for (const auto& view : campaigns) {
    if (!view->t0 || domain_in(view->spec.from) != domain)
      continue;
    ++history.campaigns;
    history.largest_audience = std::max(history.largest_audience, view->audience.size);
  }
  return history;
}

result<std::vector<notice>> reasons_at_start(const store& from,
                                             const directory& campaigns,
                                             const moderation_settings& settings,
                                             const campaign_spec& spec,
                                             audience_id audience) {
  const auto info = from.audiences().info(audience);
  if (!info)
    return std::unexpected(info.error());
  return moderation_reasons(spec, *info, history_of(campaigns.all(), spec.from), settings);
}

} // namespace sluice
