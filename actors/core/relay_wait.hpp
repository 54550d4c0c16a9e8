#pragma once
// Which of a relay's limits keep letters waiting.

#include <cstddef>
#include <string>

namespace sluice {

/// Which limits of a relay letters to one recipient domain wait for at this moment.
struct relay_wait {
  std::size_t domain_letters = 0; ///< letters to the domain that only its own limit keeps
  std::string domain_limit{};     ///< as a setting has it: "2000/h"
  bool is_rate_limited = false;   ///< letters of any domain wait for a limit on all together
  std::string limit{};            ///< the one that lets the next letter go last
};

} // namespace sluice
