#include "actors/retention.hpp"

#include "actors/engine.hpp"
#include "messages/status.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

namespace sluice {

std::vector<audience_id> outdated_lists(std::span<const audience_info> lists,
                                        std::span<const std::shared_ptr<const campaign_view>> campaigns,
                                        timestamp now,
                                        milliseconds kept_for) {
  std::map<audience_id, timestamp> used_until;
  for (const auto& one : campaigns) {
    auto& until = used_until.try_emplace(one->audience.id, timestamp::min()).first->second;
    until = is_final(one->stage) ? std::max(until, one->changed_at) : timestamp::max();
  }
  std::vector<audience_id> outdated;
  for (const auto& one : lists)
    if (const auto used = used_until.find(one.id); used != used_until.end() && used->second <= now - kept_for)
      outdated.push_back(one.id);
  return outdated;
}

void enforce_retention(engine& services) {
  const auto kept_for = services.settings.retention.addresses;
  if (kept_for == milliseconds{0})
    return;
  const auto lists = services.store->audiences().list();
  if (!lists)
    return spdlog::error("lists that are kept no longer cannot be looked for: {}", lists.error().message);
  const auto now = services.now();
  for (const auto id : outdated_lists(*lists, services.campaigns.all(), now, kept_for)) {
    const auto removed = services.store->audiences().remove(id, {{}, now});
    if (removed)
      spdlog::info("list {} is deleted: its last campaign was over longer than retention.addresses ago",
                   to_string(id));
    else if (removed.error().code != error_code::not_found)
      spdlog::error("list {}, which is kept no longer, cannot be deleted: {}", to_string(id),
                    removed.error().message);
  }
}

} // namespace sluice
