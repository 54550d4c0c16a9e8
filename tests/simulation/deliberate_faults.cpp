#include "tests/simulation/deliberate_faults.hpp"

#ifdef SLUICE_DELIBERATE_FAULTS
#include "deliberate_fault_switch.hpp"
#endif

#include <algorithm>
#include <atomic>
#include <iterator>

namespace sluice {

#ifdef SLUICE_DELIBERATE_FAULTS

namespace {

std::atomic<deliberate_fault> chosen = deliberate_fault::none;

} // namespace

bool is_broken(deliberate_fault which) {
  return chosen.load(std::memory_order_relaxed) == which;
}

std::vector<std::string> simulation::deliberate_fault_names() {
  return {std::begin(sluice::deliberate_fault_names), std::end(sluice::deliberate_fault_names)};
}

void simulation::choose_deliberate_fault(const std::string& name) {
  const auto found = std::ranges::find(sluice::deliberate_fault_names, name);
  chosen = found == std::end(sluice::deliberate_fault_names)
               ? deliberate_fault::none
               : static_cast<deliberate_fault>(1 + (found - std::begin(sluice::deliberate_fault_names)));
}

#else

std::vector<std::string> simulation::deliberate_fault_names() {
  return {};
}

void simulation::choose_deliberate_fault(const std::string&) {}

#endif

} // namespace sluice
