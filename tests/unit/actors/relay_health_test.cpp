// How each of several relays is, and when one that fails is tried again.
#include "actors/relay_health.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

using namespace sluice;
using namespace sluice::examples;
using namespace std::chrono_literals;

namespace {

constexpr moment m0{1h};
const auto down = text_notice("connection refused");

} // namespace

TEST_CASE("a relay fails since its first failure, for the last reason, and is none the worse afterwards") {
  relay_health health(2);
  CHECK_FALSE(health.on_success(1));
  CHECK(health.on_failure(1, text_notice("421 not now"), t0, m0));
  CHECK_FALSE(health.on_failure(1, down, t0 + 1min, m0 + 1min));
  CHECK(health.is_failing(1));
  CHECK_FALSE(health.is_failing(0));
  CHECK(health.trouble(1) == down);
  REQUIRE(health.view(1));
  CHECK(health.view(1)->since == t0);
  CHECK(health.view(1)->text == "connection refused");
  CHECK(health.on_success(1));
  CHECK_FALSE(health.on_success(1));
  CHECK_FALSE(health.view(1));
  CHECK(health.trouble(1) == notice{});
}

TEST_CASE("one letter tries a failed relay in each delay, and these grow to five minutes") {
  relay_health health(1);
  health.on_failure(0, down, t0, m0);
  auto now = m0;
  for (const auto delay : {5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    CHECK_FALSE(health.take_try(0, now + delay - 1ms));
    now += delay;
    CHECK(health.take_try(0, now));
    CHECK_FALSE(health.take_try(0, now));
    health.on_failure(0, down, t0, now); // the try was in vain
  }
  health.on_success(0);
  health.on_failure(0, down, t0, now);
  CHECK(health.take_try(0, now + 5s));
}
