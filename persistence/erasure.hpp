#pragma once
// What was erased of one recipient.

#include "messages/id.hpp"

#include <cstdint>
#include <vector>

namespace sluice {

struct erasure {
  struct place {
    audience_id audience;
    letter_index row = 0;
    bool operator==(const place&) const = default;
  };
  std::vector<place> rows;
  std::uint64_t suppressions = 0; ///< entries that named it
};

} // namespace sluice
