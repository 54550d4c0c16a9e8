#include "adapters/cli/demo_sample.hpp"
#include "persistence/memory/store.hpp"
#include "tests/catch.hpp"

#include <set>

using namespace sluice;
using namespace sluice::cli;

TEST_CASE("the demo's people are 20,000 different ones at domains that reach nobody") {
  std::set<std::string> seen;
  for (letter_index index = 0; index < demo_letters; ++index) {
    const auto one = demo_recipient(index, {1, 2, 3});
    const auto domain = one.email.substr(one.email.find('@') + 1);
    REQUIRE((domain == "example.com" || domain == "example.org" || domain == "example.net"));
    seen.insert(one.email);
  }
  CHECK(seen.size() == demo_letters);
}

TEST_CASE("the demo's audience is made once and found again") {
  const auto store = make_memory_store();
  const auto first = demo_audience(store->audiences(), timestamp{});
  REQUIRE(first);
  CHECK(first->size == demo_letters);
  const auto second = demo_audience(store->audiences(), timestamp{});
  REQUIRE(second);
  CHECK(second->id == first->id);
}
