#include "actors/outbox.hpp"

#include "actors/core/decide.hpp"
#include "actors/core/evolve.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

using namespace sluice;
using namespace sluice::examples;
using namespace std::chrono_literals;

namespace {

/// Where the clock stands that nobody turns.
constexpr moment m0{1h};

/// All that was asked for was made.
void make_all(outbox& letters, const build_order& order) {
  letters.on_built({.ready = order.letters, .skipped = {}, .left = {}, .throttled = {}});
}

} // namespace

TEST_CASE("letters are built in index order, as many as are due") {
  const auto state = sending(1000, spec_in_parts(200, 1h));
  outbox letters;
  letters.open(1);
  auto order = letters.next(state, 150, t0, m0);
  CHECK(order.letters == letter_ranges{{0, 150}});
  CHECK(letters.next(state, 150, t0, m0).letters.empty()); // one order at a time
  make_all(letters, order);
  order = letters.next(state, 150, t0, m0);
  CHECK(order.letters == letter_ranges{{150, 200}});
  make_all(letters, order);
  CHECK(letters.next(state, 150, t0, m0).letters.empty());
  CHECK(letters.next(state, 150, t0 + 1h, m0 + 1h).letters == letter_ranges{{200, 350}});
}

TEST_CASE("what was not made, handed back or not taken is built again, before all others") {
  const auto state = sending(1000);
  outbox letters;
  letters.open(1);
  letters.next(state, 100, t0, m0);
  letters.on_built({.ready = {{0, 50}}, .skipped = {{50, 60}}, .left = {{60, 100}}, .throttled = {}});
  CHECK(letters.ahead() == 50);
  letters.on_handed_back(1, {{10, 12}});
  letters.on_claimed({{0, 10}});
  CHECK(letters.next(state, 45, t0, m0).letters == letter_ranges{{10, 12}, {60, 100}, {100, 103}});
}

TEST_CASE("nothing is built while a withdrawn queue has letters, and what it never took comes back") {
  const auto state = sending(1000);
  outbox letters;
  letters.open(1);
  make_all(letters, letters.next(state, 100, t0, m0));
  letters.withdraw();
  CHECK_FALSE(letters.has_queue());
  CHECK(letters.awaits_letters());
  CHECK(letters.next(state, 100, t0, m0).letters.empty());
  letters.on_handed_back(1, {{0, 90}});
  CHECK(letters.awaits_letters());
  letters.on_withdraw_complete(1);
  CHECK_FALSE(letters.knows(1));
  CHECK(letters.next(state, 100, t0, m0).letters == letter_ranges{{0, 100}});
}

TEST_CASE("what is made after a withdrawal is returned") {
  const auto state = sending(1000);
  outbox letters;
  letters.open(1);
  const auto order = letters.next(state, 100, t0, m0);
  letters.withdraw();
  make_all(letters, order);
  letters.open(2);
  CHECK(letters.next(state, 100, t0, m0).letters == letter_ranges{{0, 100}});
}

TEST_CASE(
    "letters of a limited domain wait outside, their domain is told to the builder, and the others go on") {
  const auto state = sending(1000);
  outbox letters;
  letters.open(1);
  make_all(letters, letters.next(state, 100, t0, m0));
  letters.on_throttled(1, {"slow.example", {{40, 100}}, 2s, 20}, m0);
  CHECK(letters.ahead() == 40);
  CHECK(letters.throttled("slow.example") == 60);
  CHECK(letters.next_moment() == m0 + 2s);
  auto order = letters.next(state, 100, t0, m0);
  CHECK(order.letters == letter_ranges{{100, 200}});
  CHECK(order.throttled_domains == std::vector<std::string>{"slow.example"});
  letters.on_built(
      {.ready = {{100, 150}}, .skipped = {}, .left = {}, .throttled = {{"slow.example", {{150, 200}}}}});
  CHECK(letters.throttled("slow.example") == 110);

  order = letters.next(state, 100, t0 + 2s, m0 + 2s);
  CHECK(order.letters == letter_ranges{{40, 60}});
  CHECK(order.throttled_domains.empty()); // these are to be made
  make_all(letters, order);
  CHECK(letters.next(state, 100, t0 + 2s, m0 + 2s).letters == letter_ranges{{200, 300}});
  CHECK_FALSE(letters.is_idle());
}

TEST_CASE("a deferred letter is built when its time has come, wherever it was before") {
  auto state = sending(10);
  evolve(state, {t0, "", claimed{{{0, 1}}}});
  evolve(state, {t0, "", settled{{{letter_state::deferred, {{0, 1}}, {451, "", "later"}, t0 + 5min}}}});
  outbox letters;
  letters.open(1);
  CHECK(letters.next(state, 3, t0, m0).letters == letter_ranges{{1, 4}});
  letters.on_built({.ready = {{1, 4}}, .skipped = {}, .left = {}, .throttled = {}});
  CHECK(letters.next(state, 3, t0 + 5min, m0 + 5min).letters == letter_ranges{{0, 1}, {4, 6}});
}

TEST_CASE("a clock that is set back loses no letter that was returned") {
  const auto state = sending(1000, spec_in_parts(200, 1h));
  outbox letters;
  letters.open(1);
  const auto order = letters.next(state, 400, t0 + 1h, m0 + 1h);
  CHECK(order.letters == letter_ranges{{0, 400}});
  letters.on_build_failed();
  CHECK(letters.next(state, 400, t0, m0).letters == letter_ranges{{0, 200}});
  letters.on_build_failed();
  CHECK(letters.next(state, 400, t0 + 1h, m0 + 1h).letters == letter_ranges{{0, 400}});
}

TEST_CASE("after the state was read anew, what is still at the relay is not built twice") {
  const auto state = sending(1000);
  outbox letters;
  letters.open(1);
  make_all(letters, letters.next(state, 100, t0, m0));
  letters.on_claimed({{0, 50}});
  letters.on_reloaded();
  letters.on_claim_undone(1, {{0, 50}});
  CHECK(letters.next(state, 100, t0, m0).letters == letter_ranges{{100, 200}});
}

TEST_CASE("a letter that is pending again before it was ever looked at is built once") {
  const auto state = sending(1000);
  outbox letters; // as after a restart, when letters in doubt are sent again
  letters.open(1);
  letters.on_pending({{150, 151}});
  make_all(letters, letters.next(state, 100, t0, m0));
  CHECK(letters.next(state, 100, t0, m0).letters == letter_ranges{{100, 200}});
}

TEST_CASE(
    "letters that a trial has begun and that came back over a restart leave again, before it has room") {
  auto state = sending(1000);
  evolve(state, {t0, "", paused{hold_reason::relay_refuses, "refused"}});
  evolve(state, {t0, "", resumed{"", 20}});
  REQUIRE(state.trial);
  evolve(state, {t0, "", claimed{{{0, 20}}}});
  REQUIRE(state.room_of_trial() == 0);
  evolve(state, {t0, "", settled{{{letter_state::accepted, {{0, 10}}, {250, "", "Ok"}, {}}}}});
  evolve(state, {t0, "", settled{{{letter_state::pending, {{12, 20}}, {}, {}}}}});
  outbox letters;
  letters.open(1);
  const auto order = letters.next(state, 5, t0, m0);
  CHECK(order.letters == letter_ranges{{12, 17}});
  make_all(letters, order);
  CHECK(letters.next(state, 5, t0, m0).letters == letter_ranges{{17, 20}});
}

TEST_CASE("no more is made ready in a trial than it has room for beside what is ready") {
  auto state = sending(1000);
  evolve(state, {t0, "", paused{hold_reason::relay_refuses, "refused"}});
  evolve(state, {t0, "", resumed{"", 20}});
  outbox letters;
  letters.open(1);
  make_all(letters, letters.next(state, 15, t0, m0));
  const auto rest = letters.next(state, 15, t0, m0);
  CHECK(rest.letters == letter_ranges{{15, 20}});
  letters.on_build_failed();
  make_all(letters, letters.next(state, 3, t0, m0));
  const auto returned = letters.next(state, 15, t0, m0);
  CHECK(returned.letters == letter_ranges{{18, 20}});
  make_all(letters, returned);
  CHECK(letters.next(state, 15, t0, m0).letters.empty());

  evolve(state, {t0, "", claimed{{{0, 15}}}});
  letters.on_claimed({{0, 15}});
  CHECK(letters.next(state, 15, t0, m0).letters.empty());
}
