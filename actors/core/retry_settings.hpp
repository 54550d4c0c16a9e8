#pragma once
// When letters that could not be delivered are offered again.

#include "messages/time.hpp"

namespace sluice {

/// When a deferred letter is due again: first, then twice as long each time up to the maximum.
struct retry_settings {
  milliseconds delay_first{std::chrono::minutes(5)};
  milliseconds delay_max{std::chrono::hours(4)};
  milliseconds give_up_after{std::chrono::hours(24 * 3)};
};

} // namespace sluice
