#pragma once
// How long what names people is kept, and what is over.

#include "messages/audience.hpp"
#include "messages/time.hpp"
#include "messages/view.hpp"
#include "persistence/removed_campaigns.hpp"

#include <memory>
#include <span>
#include <vector>

namespace sluice {

struct engine;

/// The shortest time that campaigns may be kept for: who made one sees how it ended, whatever his clock.
inline constexpr milliseconds campaigns_kept_least = std::chrono::hours(24);

/// Nothing goes for a time of 0.
struct retention_settings {
  /// Lists are deleted, and with them the addresses of letters, so long after the last campaign that used them was over.
  milliseconds addresses{0};
  /// Campaigns are removed, log and all, so long after they were over.
  milliseconds campaigns{0};
};

/// Those of `lists` that were used by a campaign, whose campaigns are all over, and have been for `kept_for`. One that no
/// campaign has used yet stays. `removed`: campaigns that are gone count as those that are there.
std::vector<audience_id> outdated_lists(std::span<const audience_info> lists,
                                        std::span<const std::shared_ptr<const campaign_view>> campaigns,
                                        std::span<const removed_campaign> removed,
                                        timestamp now,
                                        milliseconds kept_for);

/// Those that are over, and have been for `kept_for`. One with letters in flight, or that cannot be read, stays.
std::vector<campaign_id> outdated_campaigns(std::span<const std::shared_ptr<const campaign_view>> campaigns,
                                            timestamp now,
                                            milliseconds kept_for);

/// Deletes lists that are kept no longer. What the disk refuses is told in the log, and tried by the next call.
void enforce_retention(engine& services);

/// Removes a campaign that is over from the store. `conflict` where its log has more, or less, than is shown of it. No actor of
/// it may be there, or come, before this returns; the directory is left as it is. Waits for the disk.
result<void> remove_campaign(engine& services, campaign_id id);

} // namespace sluice
