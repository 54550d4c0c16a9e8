#pragma once
// Who may get test copies, and how many: they go past moderation, the plan and the audience.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct test_copy_settings {
  std::uint32_t per_hour = 100;     ///< for one token; 0: none at all
  std::vector<std::string> allowed; ///< addresses, and domains as "@example.com"; empty: any
};

/// Whether a test copy may go there: the list's entries are compared as folded addresses are.
bool is_allowed(const test_copy_settings& settings, std::string_view address);

} // namespace sluice
