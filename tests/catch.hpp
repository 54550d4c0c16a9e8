#pragma once
// Catch2 as Debian has it: version 2 on Debian 12, version 3 on Debian 13. Tests say it in version 3's words.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>

namespace Catch::Matchers {

/// Version 2 calls this Contains, which in version 3 asks a range for an element.
inline auto ContainsSubstring(const std::string& text,
                              CaseSensitive::Choice case_sensitivity = CaseSensitive::Yes) {
  return Contains(text, case_sensitivity);
}

} // namespace Catch::Matchers
#endif
