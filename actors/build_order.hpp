#pragma once
// Which letters are to be made ready, and what became of them.

#include "messages/letter_ranges.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

/// What is to be built next.
struct build_order {
  letter_ranges letters;
  std::optional<std::string> relay = std::nullopt; ///< as of the batch that is made of them
  /// Letters to these domains are left out of what is built (see built_letters::throttled).
  std::vector<std::string> throttled_domains;
};

/// What became of a build order.
struct built_letters {
  letter_ranges ready;                            ///< made; to be offered
  letter_ranges skipped;                          ///< never to be offered
  letter_ranges left;                             ///< not made, for want of room; to be asked for again
  std::map<std::string, letter_ranges> throttled; ///< by domain: left out as asked
};

} // namespace sluice
