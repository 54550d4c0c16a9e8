#include "actors/retention.hpp"

#include "actors/engine.hpp"
#include "messages/status.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <utility>

namespace sluice {

std::vector<audience_id> outdated_lists(std::span<const audience_info> lists,
                                        std::span<const std::shared_ptr<const campaign_view>> campaigns,
                                        std::span<const removed_campaign> removed,
                                        timestamp now,
                                        milliseconds kept_for) {
  std::map<audience_id, timestamp> used_until;
  const auto use = [&](audience_id list, timestamp until) {
    auto& last = used_until.try_emplace(list, timestamp::min()).first->second;
    last = std::max(last, until);
  };
  for (const auto& one : campaigns)
    use(one->audience.id, is_final(one->stage) ? one->changed_at : timestamp::max());
  for (const auto& one : removed)
    use(one.audience, one.over_since);
  std::vector<audience_id> outdated;
  for (const auto& one : lists)
    if (const auto used = used_until.find(one.id); used != used_until.end() && used->second <= now - kept_for)
      outdated.push_back(one.id);
  return outdated;
}

std::vector<campaign_id> outdated_campaigns(std::span<const std::shared_ptr<const campaign_view>> campaigns,
                                            timestamp now,
                                            milliseconds kept_for) {
  std::vector<campaign_id> outdated;
  for (const auto& one : campaigns)
    if (is_final(one->stage) && one->fault.empty() && one->counts.of(letter_state::claimed) == 0 &&
        one->changed_at <= now - kept_for)
      outdated.push_back(one->id);
  return outdated;
}

void enforce_retention(engine& services) {
  const auto kept_for = services.settings.retention.addresses;
  if (kept_for == milliseconds{0})
    return;
  const auto lists = services.store->audiences().list();
  std::vector<removed_campaign> removed;
  const auto visited =
      services.store->removed_campaigns().visit([&](const removed_campaign& one) { removed.push_back(one); });
  if (!lists || !visited)
    return spdlog::error("lists that are kept no longer cannot be looked for: {}",
                         (lists ? visited.error() : lists.error()).message);
  const auto now = services.now();
  for (const auto id : outdated_lists(*lists, services.campaigns.all(), removed, now, kept_for)) {
    const auto deleted = services.store->audiences().remove(id, {{}, now});
    if (deleted)
      spdlog::info("list {} is deleted: its last campaign was over longer than retention.addresses ago",
                   to_string(id));
    else if (deleted.error().code != error_code::not_found)
      spdlog::error("list {}, which is kept no longer, cannot be deleted: {}", to_string(id),
                    deleted.error().message);
  }
}

result<void> remove_campaign(engine& services, campaign_id id) {
  const auto now = services.now();
  const auto shown = services.campaigns.find(id, now);
  if (!shown)
    return std::unexpected(no_such_campaign(services.store->removed_campaigns(), id));
  const auto head = std::as_const(*services.store).journal().head(id);
  if (!head)
    return std::unexpected(head.error());
  if (head->number != shown->version)
    return log_ends_elsewhere(id, head->number, shown->version);
  return services.store->removed_campaigns().remove({.campaign = id,
                                                     .name = shown->spec.name,
                                                     .status = std::string(name_of(shown->status())),
                                                     .total = shown->counts.total,
                                                     .accepted = shown->counts.of(letter_state::accepted),
                                                     .refused = shown->counts.of(letter_state::refused),
                                                     .skipped = shown->counts.of(letter_state::skipped),
                                                     .audience = shown->audience.id,
                                                     .last = head->number,
                                                     .hash = to_hex(head->hash),
                                                     .over_since = shown->changed_at},
                                                    {{}, now});
}

} // namespace sluice
