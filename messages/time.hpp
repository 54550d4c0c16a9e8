#pragma once
// Moments and durations, to the millisecond, and how they are written: RFC 3339 in UTC with a Z, and
// durations like 90s, 30m, 24h, 7d. Nobody but a `clock` asks the system for the time.

#include "messages/error.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace sluice {

using milliseconds = std::chrono::milliseconds;

/// A moment of the wall clock, in UTC.
using timestamp = std::chrono::sys_time<milliseconds>;

/// RFC 3339 has the years 0000 to 9999: no time that is written down reaches this.
constexpr timestamp end_of_time{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}};

/// Where the engine's parts get the time from; injected, so that tests can turn it.
using clock_source = std::function<timestamp()>;

/// The system's wall clock.
timestamp system_now();

/// "2026-12-01T09:00:00Z"; with ".250" before the Z where there are milliseconds.
std::string format_timestamp(timestamp moment);

/// Reads RFC 3339: any offset is taken and turned into UTC; digits beyond the millisecond are dropped.
result<timestamp> parse_timestamp(std::string_view text);

/// The largest whole unit that says it exactly: "90s", "30m", "24h", "7d", "250ms".
std::string format_duration(milliseconds duration);

/// Reads a whole number with its unit: ms, s, m, h or d. Negative ones are refused.
result<milliseconds> parse_duration(std::string_view text);

} // namespace sluice
