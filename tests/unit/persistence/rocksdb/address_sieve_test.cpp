// The filter in front of the addresses of an import.
#include "tests/catch.hpp"

#include "persistence/rocksdb/address_sieve.hpp"

#include <rapidcheck.h>

#include <functional>
#include <string>

using namespace sluice;

TEST_CASE("the sieve never says of an address that it was in that it was not") {
  CHECK(rc::check([](const std::vector<std::uint64_t>& hashes) {
    address_sieve sieve;
    for (const auto hash : hashes)
      sieve.insert(hash);
    for (const auto hash : hashes)
      RC_ASSERT(sieve.insert(hash));
  }));
}

TEST_CASE("the sieve is seldom wrong about a million addresses") {
  address_sieve sieve;
  std::size_t wrong = 0;
  for (std::size_t number = 0; number < 1'000'000; ++number)
    wrong += sieve.insert(std::hash<std::string>{}(std::to_string(number))) ? 1U : 0U;
  CHECK(wrong < 1'000);
}
