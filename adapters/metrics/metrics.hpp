#pragma once
// What Prometheus asks for, in its text form (exposition format 0.0.4).

#include "actors/node.hpp"

#include <string>

namespace sluice {

/// Campaigns by status, letters by state, rate, relay trouble, memory. Made from the directory: no actor is asked.
std::string metrics_text(node& engine);

} // namespace sluice
