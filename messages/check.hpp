#pragma once
// Assertions that stay on in release builds: a broken invariant ends the actor that found it, which is then
// started again from its log. Better that than a wrong log.

#include <stdexcept>

namespace sluice {

/// A promise of our own code that did not hold.
struct broken_invariant : std::logic_error {
  using std::logic_error::logic_error;
};

/// Throws broken_invariant when `holds` is false.
inline void check(bool holds, const char* promise) {
  if (!holds) [[unlikely]]
    throw broken_invariant(promise);
}

} // namespace sluice
