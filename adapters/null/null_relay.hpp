#pragma once
// null: takes every letter and keeps none. For measuring what the engine itself costs, and for rehearsals.

#include "actors/relay_factory.hpp"

#include <memory>

namespace sluice {

std::unique_ptr<relay> make_null_relay(const relay_settings& settings);

} // namespace sluice
