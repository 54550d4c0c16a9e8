#pragma once
// The deliberate faults by name: those of the patches in faults/. In the build of the engine as it is there are none.

#include <string>
#include <vector>

namespace sluice::simulation {

std::vector<std::string> deliberate_fault_names();
/// From now on the engine has this fault. Not while a world lives.
void choose_deliberate_fault(const std::string& name);

} // namespace sluice::simulation
