#pragma once
// Keeps what the relays find, and has what is kept no longer deleted.

#include "actors/engine.hpp"
#include "actors/findings_keeper.hpp"
#include "actors/interfaces.hpp"

#include <caf/actor.hpp>

#include <vector>

namespace sluice {

/// One for each relay.
using findings_keepers = std::vector<findings_keeper>;

/// On a thread of its own, since it waits for the disk. Once all campaigns are back, and every hour from then on, it looks for
/// what is kept no longer; `enforce_retention` at the start is its caller's. Ends with `halt_atom`.
caf::actor spawn_housekeeper(caf::actor_system& system,
                             engine_ptr services,
                             supervisor_actor supervisor,
                             findings_keepers keepers);

} // namespace sluice
