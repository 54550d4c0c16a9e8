// The pace that a server bears, found against a provider with a rate, a burst and a bound on connections.
#include "adapters/delivery/pace_control.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <random>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

/// What a provider lets pass. A bucket of letters, filled at a rate, and so many connections.
struct provider {
  double per_second = 14;
  double burst = 14;
  std::size_t connections = 1000;
  double tokens = 14;
  moment filled{};

  bool takes(moment now) {
    tokens = std::min(burst, tokens + per_second * std::chrono::duration<double>(now - filled).count());
    filled = now;
    if (tokens < 1)
      return false;
    tokens -= 1;
    return true;
  }
};

struct run_outcome {
  double accepted = 0;
  double refused = 0;
};

/// A client with up to `most` connections and letters without end, for so long, in steps of a millisecond.
struct client {
  provider server;
  rate_control rate;
  connection_control connections{20};
  moment now{1h};
  moment next_letter{};
  moment::duration letter_time = 50ms;
  std::vector<moment> busy; ///< until when each connection has its letter

  run_outcome run(moment::duration time) {
    run_outcome sum;
    for (const auto end = now + time; now < end; now += 1ms) {
      std::erase_if(busy, [&](moment until) { return until <= now; });
      while (busy.size() < connections.limit() && now >= next_letter) {
        if (busy.size() >= server.connections) {
          connections.on_slow_down(now, busy.size() + 1, busy.size());
          ++sum.refused;
          next_letter = now + 20ms;
          break;
        }
        const auto bound = rate.per_second(now);
        next_letter =
            !bound
                ? now
                : std::max(next_letter, now - 20ms) +
                      std::chrono::duration_cast<moment::duration>(std::chrono::duration<double>(1 / *bound));
        busy.push_back(now + letter_time);
        if (server.takes(now)) {
          ++sum.accepted;
          rate.on_accepted(now);
          connections.on_accepted(now);
        } else {
          ++sum.refused;
          rate.on_slow_down(now);
        }
      }
    }
    return sum;
  }
};

} // namespace

TEST_CASE("a server that takes 14 letters a second is found within seconds, and used") {
  client one;
  const auto start = one.run(5s);
  CHECK(start.refused < 60);
  const auto sum = one.run(10min);
  CHECK(sum.accepted >= 0.9 * 14 * 600);
  CHECK(sum.refused <= 0.05 * sum.accepted);
}

TEST_CASE("a rate that drifts is followed over an hour") {
  client one;
  std::mt19937 chance(7); // NOLINT: the same each time
  run_outcome sum;
  double allowed = 0;
  for (int minute = 0; minute < 60; ++minute) {
    one.server.per_second = std::clamp(
        one.server.per_second * (0.9 + 0.2 * std::generate_canonical<double, 32>(chance)), 3.0, 60.0);
    one.server.burst = 1 + one.server.per_second * std::generate_canonical<double, 32>(chance);
    const auto one_minute = one.run(60s);
    allowed += 60 * one.server.per_second;
    sum.accepted += one_minute.accepted;
    sum.refused += one_minute.refused;
  }
  CAPTURE(allowed, sum.accepted, sum.refused);
  CHECK(sum.accepted >= 0.9 * allowed);
  CHECK(sum.refused <= 0.05 * sum.accepted);
}

TEST_CASE("a server that takes three connections at once is found, and used") {
  client one;
  one.server = {.per_second = 1e6, .burst = 1e6, .connections = 3, .tokens = 1e6};
  static_cast<void>(one.run(5s));
  const auto sum = one.run(10min);
  CHECK(sum.accepted >= 0.9 * 3 * 20 * 600);
  CHECK(sum.refused <= 0.05 * sum.accepted);
  one.server.connections = 12;
  static_cast<void>(one.run(30min)); // each try beyond what was found is a long time after the one before
  CHECK(one.run(60s).accepted >= 0.8 * 12 * 20 * 60);
}

TEST_CASE("a server that takes a letter each ten seconds is found too") {
  client one;
  one.server = {.per_second = 0.1, .burst = 2, .connections = 100, .tokens = 2};
  static_cast<void>(one.run(2min));
  const auto sum = one.run(2h);
  CAPTURE(sum.accepted, sum.refused);
  CHECK(sum.accepted >= 0.85 * 0.1 * 7200);
  CHECK(sum.refused <= 0.15 * sum.accepted);
}

TEST_CASE("a server that took nothing for an hour is at its pace again within minutes, at the first word "
          "that it takes") {
  client one;
  one.server = {.per_second = 0, .burst = 0, .connections = 100, .tokens = 0};
  const auto nothing = one.run(1h);
  CHECK(nothing.refused < 120);
  one.server = {.per_second = 50, .burst = 50, .connections = 100, .tokens = 50, .filled = one.now};
  static_cast<void>(one.run(2min));
  CHECK(one.run(60s).accepted >= 0.9 * 50 * 60);
}

TEST_CASE("a healthy server is not bounded") {
  client one;
  one.server = {.per_second = 1e6, .burst = 1e6, .connections = 100, .tokens = 1e6};
  static_cast<void>(one.run(60s));
  CHECK_FALSE(one.rate.per_second(one.now).has_value());
  CHECK_FALSE(one.connections.is_bounded());
}

TEST_CASE(
    "after a restart a rate that was found is kept to from the first letter on, and climbs from there") {
  client before;
  static_cast<void>(before.run(60s));
  const auto found = before.rate.finding();
  REQUIRE(found);
  CHECK(found->ceiling > 10);
  CHECK(found->ceiling < 18);

  client after;
  after.now = before.now;
  after.server = before.server;
  after.rate.recall(*found, after.now);
  CHECK(after.rate.finding() ==
        rate_finding{found->ceiling, *after.rate.per_second(after.now), false, found->found_at});
  CHECK(*after.rate.per_second(after.now) >= 0.9 * found->ceiling);
  const auto sum = after.run(60s);
  CHECK(sum.accepted >= 0.9 * 14 * 60);
  CHECK(sum.refused <= 0.05 * sum.accepted);

  // What is allowed by now is more: what was found is no bound for long.
  client raised;
  raised.now = before.now;
  raised.server = {.per_second = 100, .burst = 100, .tokens = 100, .filled = before.now};
  raised.rate.recall(*found, raised.now);
  static_cast<void>(raised.run(2min));
  CHECK(raised.run(60s).accepted >= 0.9 * 100 * 60);
}

TEST_CASE("after a restart no more connections are opened than were borne before") {
  client before;
  before.server = {.per_second = 1e6, .burst = 1e6, .connections = 3, .tokens = 1e6};
  static_cast<void>(before.run(60s));
  const auto found = before.connections.finding();
  REQUIRE(found);

  client after;
  after.now = before.now;
  after.server = before.server;
  after.connections.recall(*found, after.now);
  CHECK(after.connections.limit() == found->limit);
  const auto sum = after.run(60s);
  CHECK(sum.accepted >= 0.9 * 3 * 20 * 60);
  CHECK(sum.refused <= 10);
}

TEST_CASE("connections that were borne are more than the settings allow by now: then these hold") {
  connection_control fewer{4};
  fewer.recall({.limit = 6, .ceiling = 10, .probe_delay = 10s, .found_at = moment{1h}}, moment{2h});
  CHECK(fewer.limit() == 4);
  CHECK_FALSE(fewer.is_bounded());
  CHECK_FALSE(fewer.finding());
}

TEST_CASE("a finding changes with the server's words, not with each letter that is accepted") {
  rate_control rate;
  moment now{1h};
  CHECK_FALSE(rate.finding());
  for (int letter = 0; letter < 20; ++letter)
    rate.on_accepted(now += 50ms);
  CHECK(rate.changes() == 0);
  rate.on_slow_down(now);
  const auto changes = rate.changes();
  const auto found = rate.finding();
  for (int letter = 0; letter < 20; ++letter)
    rate.on_accepted(now += 50ms);
  CHECK(rate.changes() == changes);
  CHECK(rate.finding() == found);
}
