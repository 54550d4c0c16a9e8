#pragma once
// How long what names people is kept.

#include "messages/audience.hpp"
#include "messages/time.hpp"
#include "messages/view.hpp"

#include <memory>
#include <span>
#include <vector>

namespace sluice {

struct engine;

/// Nothing goes for a time of 0.
struct retention_settings {
  /// Lists are deleted, and with them the addresses of letters, so long after the last campaign that used them was over.
  milliseconds addresses{0};
};

/// Those of `lists` that were used by a campaign, whose campaigns are all over, and have been for `kept_for`. One that no
/// campaign has used yet stays.
std::vector<audience_id> outdated_lists(std::span<const audience_info> lists,
                                        std::span<const std::shared_ptr<const campaign_view>> campaigns,
                                        timestamp now,
                                        milliseconds kept_for);

/// Deletes what is kept no longer. What the disk refuses is told in the log, and tried by the next call.
void enforce_retention(engine& services);

} // namespace sluice
