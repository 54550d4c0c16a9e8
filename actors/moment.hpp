#pragma once

#include <chrono>

namespace sluice {

/// A moment that no change of the wall clock moves: what delays, limits and deadlines are measured in.
using moment = std::chrono::steady_clock::time_point;

} // namespace sluice
