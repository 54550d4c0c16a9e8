#pragma once
// The one source of every choice in a simulated world: the same seed gives the same world, on any machine.
// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014); the standard library's
// distributions may differ from one library to the next.

#include <cstddef>
#include <cstdint>

namespace sluice::simulation {

class dice {
public:
  explicit dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    auto mixed = state_ += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
  }

  /// 0 … bound-1; 0 when bound is 0.
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : next() % bound; }
  /// low … high, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  /// True in so many of a thousand throws.
  bool per_mille(unsigned times) { return below(1000) < times; }

private:
  std::uint64_t state_;
};

} // namespace sluice::simulation
