#pragma once
// What the fuzz targets share. Each is a libFuzzer target (https://llvm.org/docs/LibFuzzer.html) in a file of its
// name: it takes any bytes, and `must` holds for all of them.

#include <fuzzer/FuzzedDataProvider.h>

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

/// Gives `bytes` to `take` in pieces as the data says.
template <class Take>
void in_pieces(FuzzedDataProvider& data, std::string_view bytes, Take&& take) {
  while (!bytes.empty()) {
    const auto size = data.ConsumeIntegralInRange<std::size_t>(1, bytes.size());
    take(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

} // namespace sluice::fuzz
