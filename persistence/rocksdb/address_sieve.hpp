#pragma once
// A Bloom filter over addresses: says for certain that one was not seen yet, and at times wrongly that it
// may have been. Its size is fixed, whatever goes in: 16 MiB, of which only touched pages are taken.
// Up to some ten million addresses it errs in less than one of a hundred.

#include <cstdint>
#include <cstdlib>
#include <memory>

namespace sluice {

class address_sieve {
public:
  address_sieve();
  /// Puts an address in, by its hash. True when it may have been in already.
  bool insert(std::uint64_t hash);

private:
  struct release {
    void operator()(std::uint64_t* words) const noexcept { std::free(words); }
  };
  std::unique_ptr<std::uint64_t[], release> words_;
};

} // namespace sluice
