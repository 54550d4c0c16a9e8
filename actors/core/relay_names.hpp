#pragma once
// Relays by name, where there are several.

#include <set>
#include <string>

namespace sluice {

/// The names of the relays that there are; that of `[relay]` is empty.
using relay_names = std::set<std::string, std::less<>>;

/// Those of an engine that has the one of `[relay]` alone.
const relay_names& one_relay();

} // namespace sluice
