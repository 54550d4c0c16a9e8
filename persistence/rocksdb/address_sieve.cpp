#include "persistence/rocksdb/address_sieve.hpp"

#include <new>

namespace sluice {

namespace {

constexpr std::uint64_t words_per_line = 8; // a cache line: one miss for each look-up
constexpr std::uint64_t line_count = 1U << 18U;
constexpr int probes = 5;
constexpr unsigned probe_bits = 9; // 512 bits to a line

} // namespace

// calloc gives pages that the kernel clears when they are touched; a small import touches few.
address_sieve::address_sieve() :
    words_(static_cast<std::uint64_t*>(std::calloc(line_count * words_per_line, sizeof(std::uint64_t)))) {
  if (!words_)
    throw std::bad_alloc();
}

bool address_sieve::insert(std::uint64_t hash) {
  auto* const line = words_.get() + (hash % line_count) * words_per_line;
  auto bits = hash / line_count;
  bool was_in = true;
  for (int probe = 0; probe < probes; ++probe, bits >>= probe_bits) {
    const auto bit = bits % (words_per_line * 64);
    const auto mask = std::uint64_t{1} << (bit % 64);
    auto& word = line[bit / 64];
    was_in = was_in && (word & mask) != 0;
    word |= mask;
  }
  return was_in;
}

} // namespace sluice
