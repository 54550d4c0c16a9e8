#pragma once
// When the outcomes of a campaign lay a hold on it.

#include <cstdint>

namespace sluice {

/// The watch over the latest outcomes of a campaign that sends.
struct suspicion_settings {
  bool enabled = true;
  std::uint32_t window = 1000;      ///< outcomes looked back on
  std::uint32_t outcomes_min = 200; ///< before that nothing is concluded
  double refused_percent_max = 5;
  double spam_percent_max = 1;
  std::uint32_t trial_letters = 50; ///< that leave first after a hold that the engine laid
};

} // namespace sluice
