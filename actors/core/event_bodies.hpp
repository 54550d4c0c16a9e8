#pragma once
// What the rules decide.

#include "messages/event.hpp"

#include <vector>

namespace sluice {

/// Events to append, in order; none when nothing changes.
using event_bodies = std::vector<event_body>;

} // namespace sluice
