#pragma once
// What became of letters, as a relay tells it and the rules take it.

#include "messages/letter_ranges.hpp"
#include "messages/outcome.hpp"
#include "messages/time.hpp"

#include <cstddef>
#include <string>

namespace sluice {

/// Letters that ended in the same way with the same words.
struct result_group {
  /// accepted, refused, deferred, in_doubt, or pending: the relay itself failed before the end of data
  /// (or the queue was withdrawn) and the letter goes back.
  letter_state outcome = letter_state::accepted;
  letter_ranges letters;
  reply answer;
};

/// Letters to one recipient domain that wait outside of the relay until it has room for them.
struct throttled_letters {
  std::string domain; ///< in lower case
  letter_ranges letters;
  milliseconds resume_in{0}; ///< from when on some may be offered again
  std::size_t at_once = 1;   ///< how many, then and each `resume_in`
};

} // namespace sluice
