#pragma once
// What became of letters, as a relay tells it and the rules take it.

#include "messages/letter_ranges.hpp"
#include "messages/outcome.hpp"

namespace sluice {

/// Letters that ended in the same way with the same words.
struct result_group {
  /// accepted, refused, deferred, in_doubt, or pending: the relay itself failed before the end of data
  /// (or the queue was withdrawn) and the letter goes back.
  letter_state outcome = letter_state::accepted;
  letter_ranges letters;
  reply answer;
};

} // namespace sluice
