// The filter in front of the addresses of an import.
#include "tests/catch.hpp"

#include "persistence/rocksdb/bloom_filter.hpp"

#include <rapidcheck.h>

#include <functional>
#include <string>

using namespace sluice;

TEST_CASE("the filter never says of an address that is in it that it is not") {
  CHECK(rc::check([](const std::vector<std::uint64_t>& hashes) {
    bloom_filter filter;
    for (const auto hash : hashes)
      filter.insert(hash);
    for (const auto hash : hashes) {
      RC_ASSERT(filter.may_contain(hash));
      RC_ASSERT(filter.insert(hash));
    }
  }));
}

TEST_CASE("the filter is seldom wrong about a million addresses") {
  bloom_filter filter;
  std::size_t wrong = 0;
  for (std::size_t number = 0; number < 1'000'000; ++number)
    wrong += filter.insert(std::hash<std::string>{}(std::to_string(number))) ? 1U : 0U;
  CHECK(wrong < 2'000);
  std::size_t missed = 0;
  for (std::size_t number = 0; number < 1'000'000; ++number)
    missed += filter.may_contain(std::hash<std::string>{}(std::to_string(number))) ? 0U : 1U;
  CHECK(missed == 0);
}
