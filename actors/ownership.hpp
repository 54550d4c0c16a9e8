#pragma once
// Keeps this node among those that share its store: counts its beat up, sees who has died, takes their campaigns over, gives
// its own away when it leaves, shows what others own, and passes commands on to owners.
//
// The rules are core's (membership.hpp); whose a campaign is stands in the store (persistence/cluster_table.hpp), which
// refuses every append of another.

#include "actors/engine.hpp"
#include "actors/interfaces.hpp"

namespace sluice {

/// Begins after this returns. `boot_time`: a clock that does not jump, and goes on while the machine sleeps.
ownership_actor spawn_ownership(caf::actor_system& system,
                                engine_ptr services,
                                supervisor_actor supervisor,
                                boot_clock boot_time = system_boot_time);

/// A command's answer on its way to the node that it was given to, and back.
std::string answer_to_wire(const result<command_answer>& answer);
result<command_answer> answer_from_wire(const std::string& text);

} // namespace sluice
