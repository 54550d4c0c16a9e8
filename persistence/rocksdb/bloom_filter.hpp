#pragma once
// A Bloom filter over addresses: says for certain that one is not in it, and at times wrongly that it may be.
//
// It grows with what goes in, layer by layer: 32 KiB for the first ten thousand addresses, then eight times as
// much and as many each, up to 16 MiB; the last takes all that come. Up to some ten million addresses it errs in
// less than one of a hundred.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace sluice {

class bloom_filter {
public:
  bloom_filter();
  /// Puts an address in, by its hash. True when it may have been in already.
  bool insert(std::uint64_t hash);
  /// False: it is not in it.
  bool may_contain(std::uint64_t hash) const;

private:
  struct release {
    void operator()(std::uint64_t* words) const noexcept { std::free(words); }
  };
  struct layer {
    std::unique_ptr<std::uint64_t[], release> words;
    std::uint64_t lines = 0;
    std::uint64_t left = 0; ///< how many addresses it still takes
  };

  void add_layer(std::uint64_t lines);

  std::vector<layer> layers_; ///< the last one takes what comes
};

} // namespace sluice
