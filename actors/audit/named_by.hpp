#pragma once
// Which events of the logs hold an address: what an erasure cannot reach, since a chained log is never altered. Engines of now
// write none; the texts of people (a reason, a campaign's content) and replies of before may have it.

#include "persistence/store.hpp"

#include <string_view>
#include <vector>

namespace sluice {

struct naming_event {
  campaign_id log; ///< house_log_id: the house's
  event_number number = 0;
};

inline constexpr std::size_t naming_events_max = 1'000;

struct naming_events {
  std::vector<naming_event> events; ///< the first naming_events_max
  std::uint64_t total = 0;
};

/// Reads every log, byte by byte, without regard to case.
result<naming_events> events_naming(const store& from, std::string_view address);

} // namespace sluice
