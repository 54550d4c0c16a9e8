#pragma once
// The stored form of what was found of a server's pace, so that a restart need not find it anew at the server's cost. A
// JSON object, read for ever:
//
//   v            1
//   words        the server's, by which it asked for less; what differs from letter to letter replaced by "…"
//   rate         {ceiling, base: letters a second; starved: nothing at all was accepted; at}
//   connections  {limit, ceiling, probe_delay: milliseconds; at}
//   domains      [{domain, and as `rate`}…]
//
// `at`: when it was found, in milliseconds of the wall clock since 1970. What was not found is left out.

#include "adapters/delivery/relay_governor.hpp"
#include "messages/error.hpp"
#include "messages/time.hpp"

#include <string>
#include <string_view>

namespace sluice {

/// Rates and connections are counted by no longer periods. What was found longer ago is worth no more than to find it anew.
inline constexpr milliseconds pace_kept_for = std::chrono::hours(24);

/// `wall` is the wall clock's time at `now`. Empty where nothing was found.
std::string encode_pace_notes(const pace_findings& found, moment now, timestamp wall);

/// What was found less than `pace_kept_for` ago. `corrupt` for a text that `encode_pace_notes` does not write.
result<pace_findings> decode_pace_notes(std::string_view text, moment now, timestamp wall);

} // namespace sluice
