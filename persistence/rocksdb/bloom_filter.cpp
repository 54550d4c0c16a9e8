#include "persistence/rocksdb/bloom_filter.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace sluice {

namespace {

constexpr std::uint64_t words_per_line = 8; // a cache line: one miss for each look-up
constexpr std::uint64_t bits_per_line = words_per_line * 64;
constexpr std::uint64_t lines_first = 1U << 9U;
constexpr std::uint64_t lines_max = 1U << 18U;
constexpr std::uint64_t growth = 8;
constexpr std::uint64_t bits_per_address = 24;
constexpr int probes = 5;
constexpr unsigned probe_bits = 9; // 512 bits to a line

/// Visits the bits of an address, word and mask, until the visitor returns false; whether it visited all.
template <class Word, class Visit>
bool for_each_bit(Word* words, std::uint64_t lines, std::uint64_t hash, Visit visit) {
  auto* const line = words + (hash % lines) * words_per_line;
  auto bits = hash / lines;
  for (int probe = 0; probe < probes; ++probe, bits >>= probe_bits) {
    const auto bit = bits % bits_per_line;
    if (!visit(line[bit / 64], std::uint64_t{1} << (bit % 64)))
      return false;
  }
  return true;
}

} // namespace

bloom_filter::bloom_filter() {
  add_layer(lines_first);
}

// calloc gives pages that the kernel clears when they are touched; a small import touches few.
void bloom_filter::add_layer(std::uint64_t lines) {
  layer added;
  added.words.reset(static_cast<std::uint64_t*>(std::calloc(lines * words_per_line, sizeof(std::uint64_t))));
  if (!added.words)
    throw std::bad_alloc();
  added.lines = lines;
  added.left = lines * bits_per_line / bits_per_address;
  layers_.push_back(std::move(added));
}

bool bloom_filter::insert(std::uint64_t hash) {
  if (may_contain(hash))
    return true;
  if (layers_.back().left == 0 && layers_.back().lines < lines_max)
    add_layer(std::min(layers_.back().lines * growth, lines_max));
  auto& newest = layers_.back();
  newest.left -= newest.left > 0 ? 1U : 0U;
  for_each_bit(newest.words.get(), newest.lines, hash, [](std::uint64_t& word, std::uint64_t mask) {
    word |= mask;
    return true;
  });
  return false;
}

bool bloom_filter::may_contain(std::uint64_t hash) const {
  return std::ranges::any_of(layers_, [hash](const layer& one) {
    return for_each_bit(std::as_const(one.words).get(), one.lines, hash,
                        [](std::uint64_t word, std::uint64_t mask) { return (word & mask) != 0; });
  });
}

} // namespace sluice
