#pragma once
// The same interfaces in memory, for tests and simulation.

#include "persistence/store.hpp"

#include <memory>

namespace sluice {

/// Appends are done at once, in the caller's thread, before `append` returns.
std::unique_ptr<store> make_memory_store();

} // namespace sluice
