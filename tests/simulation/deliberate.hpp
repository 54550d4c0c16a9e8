#pragma once
// The list of deliberate faults by name. In the build without switches it is empty.

#include <string>
#include <vector>

namespace sluice::simulation {

std::vector<std::string> deliberate_fault_names();
/// From now on the engine has this fault. Not while a world lives.
void choose_deliberate_fault(const std::string& name);

} // namespace sluice::simulation
