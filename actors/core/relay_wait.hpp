#pragma once
// Which of a relay's limits keep letters waiting.

#include <cstddef>
#include <cstdint>

namespace sluice {

/// Which limits of a relay letters to one recipient domain wait for at this moment.
struct relay_wait {
  std::size_t domain_letters = 0; ///< letters to the domain that only its own limit keeps
  std::uint32_t domain_per_second = 0;
  bool is_rate_limited = false; ///< letters of any domain wait for the limit on all together
  std::uint32_t per_second = 0;
};

} // namespace sluice
