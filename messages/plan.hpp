#pragma once
// When a campaign's letters may leave. Pure data; what follows from it is computed in actors/due.hpp.

#include "messages/time.hpp"

#include <cstdint>
#include <optional>

namespace sluice {

/// Sending in parts: part k falls due at T0 + k·every and has `size` letters, grown by
/// `growth_percent` for each whole day since T0.
struct parts {
  std::uint32_t size = 0;           ///< letters in a part on the first day, 1 at least
  milliseconds every{0};            ///< between two parts, 1 s at least
  std::uint32_t growth_percent = 0; ///< a day; 0 means that parts stay as they are
  bool operator==(const parts&) const = default;
};

/// A campaign's plan. Without `start_at` it starts when it may; without `parts` all leave together.
struct plan {
  std::optional<timestamp> start_at;
  std::optional<sluice::parts> parts;
  bool operator==(const plan&) const = default;
};

} // namespace sluice
