#pragma once
// What the fuzz targets share. Each is a libFuzzer target (https://llvm.org/docs/LibFuzzer.html) in a file of its
// name: it takes any bytes, and `must` holds for all of them.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace sluice::fuzz {

inline void must(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "this must hold: %s\n", what);
  std::abort();
}

/// Gives `bytes` to `take` in pieces, small and large: their sizes follow from the bytes themselves, so that an
/// input is nothing but what comes in from outside.
template <class Take>
void in_pieces(std::string_view bytes, Take&& take) {
  // FNV-1a, then a linear congruence: any spread of sizes will do, as long as it repeats.
  std::uint64_t state = 0xCBF29CE484222325U;
  for (const auto byte : bytes)
    state = (state ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  while (!bytes.empty()) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const auto most = (state >> 60U) < 4 ? std::size_t{4} : bytes.size();
    const auto size = 1 + (state >> 33U) % std::min(most, bytes.size());
    take(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

} // namespace sluice::fuzz
