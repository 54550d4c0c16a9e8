// Refusals that may be about something else than their letters: nobody is used up by them.
#include "tests/catch.hpp"
#include "tests/unit/actors/core/led_campaign.hpp"

using namespace sluice;
using namespace sluice::examples;
using namespace std::chrono_literals;

using Catch::Matchers::ContainsSubstring;

namespace {

const reply unknown{550, "5.1.1", "No such user"};

} // namespace

TEST_CASE("a refusal about the mailbox is final at once, any other waits for others' acceptance after it") {
  led one(100);
  one.settle(letter_state::accepted, {{0, 5}}, ok);
  one.claim({{5, 8}});
  one.report(letter_state::refused, {{5, 6}}, unknown);
  CHECK(one.count(letter_state::refused) == 1);
  one.report(letter_state::refused, {{6, 7}}, denied);
  CHECK(one.count(letter_state::refused) == 1);
  CHECK(one.state.waiting_refusals() == letter_ranges{{6, 7}});
  CHECK(one.state.next_moment(one.now) == std::nullopt);
  one.report(letter_state::accepted, {{7, 8}}, ok);
  CHECK(one.count(letter_state::refused) == 2);
  CHECK(one.state.provisional.empty());
}

TEST_CASE("a campaign shows what lifting its hold costs, and how far the trial is") {
  led one(70);
  one.claim({{0, 10}});
  one.report(letter_state::refused, {{0, 10}}, denied);
  auto view = brief_view_of(one.state, one.now, 50);
  CHECK(view.trial_on_resume == 50);
  CHECK(view.refused_for_now == 10);
  CHECK_FALSE(view.trial.has_value());
  one.tell(command_kind::resume);
  one.claim({{0, 30}});
  one.report(letter_state::accepted, {{0, 20}}, ok);
  one.report(letter_state::refused, {{20, 21}}, denied);
  view = brief_view_of(one.state, one.now, 50);
  CHECK(view.trial == trial_view{50, {{0, 30}}, 20, 1, 0});
  CHECK(view.refused_for_now == 1);
  CHECK(view.trial_on_resume == 0);

  led few(12);
  few.claim({{0, 12}});
  few.report(letter_state::refused, {{0, 12}}, denied);
  CHECK(brief_view_of(few.state, few.now, 50).trial_on_resume == 12);
  few.tell(command_kind::resume);
  CHECK(brief_view_of(few.state, few.now, 50).trial == trial_view{12, {}, 0, 0, 0});
}

TEST_CASE(
    "what was refused before anybody was accepted is tried once more at the end, and then it is final") {
  led one(20);
  one.settle(letter_state::refused, {{0, 2}}, denied);
  one.settle(letter_state::accepted, {{2, 20}}, ok);
  CHECK(one.state.stage == stage::sending);
  CHECK(one.count(letter_state::deferred) == 2);
  REQUIRE(one.state.next_moment(one.now) == t0 + retries.delay_first);
  one.now += retries.delay_first;
  one.claim({{0, 2}});
  one.report(letter_state::refused, {{0, 1}}, denied);
  CHECK(one.state.stage == stage::sending);
  one.report(letter_state::refused, {{1, 2}}, denied);
  CHECK(one.state.stage == stage::sent);
  CHECK(one.count(letter_state::refused) == 2);
}

TEST_CASE("ten refusals with nobody accepted between lay a hold that names the replies, and use up nobody") {
  led one(1000);
  one.claim({{0, 20}});
  one.report(letter_state::refused, {{0, 9}}, denied);
  CHECK_FALSE(one.state.hold.has_value());
  one.report(letter_state::refused, {{9, 10}}, denied);
  REQUIRE(one.state.hold.has_value());
  CHECK(one.state.hold->reason == hold_reason::relay_refuses);
  CHECK_THAT(one.state.hold->text, ContainsSubstring("554 5.7.1 Relay access denied"));
  one.report(letter_state::refused, {{10, 20}}, denied);
  CHECK(one.count(letter_state::refused) == 0);

  SECTION("a resume lets fifty leave first, and the rest when these were accepted") {
    one.tell(command_kind::resume);
    CHECK(one.count(letter_state::pending) == 1000);
    CHECK(claimable(one.state, {{0, 1000}}, one.now).count() == 50);
    one.claim({{0, 50}});
    CHECK(claimable(one.state, {{50, 1000}}, one.now).empty());
    one.tell(command_kind::pause); // a trial survives it
    one.tell(command_kind::resume);
    CHECK(decode_state(encode_state(one.state)) == one.state);
    one.report(letter_state::accepted, {{0, 49}}, ok);
    CHECK(claimable(one.state, {{50, 1000}}, one.now).empty());
    one.report(letter_state::deferred, {{49, 50}}, {451, "", "later"});
    CHECK(claimable(one.state, {{50, 1000}}, one.now).count() == 950);
  }
  SECTION("refused again, the hold is back at the price of the trial") {
    one.tell(command_kind::release);
    one.claim({{0, 50}});
    one.report(letter_state::accepted, {{0, 40}}, ok);
    one.report(letter_state::refused, {{40, 50}}, denied);
    REQUIRE(one.state.hold.has_value());
    CHECK(one.state.hold->reason == hold_reason::relay_refuses);
    CHECK(one.count(letter_state::pending) == 950);
  }
  SECTION("a person may take them for final") {
    one.tell(command_kind::accept_refusals);
    CHECK(one.count(letter_state::refused) == 20);
    CHECK(one.state.hold.has_value());
  }
}

TEST_CASE("a delay proves nothing in a trial: the rest waits until one was accepted") {
  led one(100);
  one.settle(letter_state::refused, {{0, 10}}, denied);
  one.tell(command_kind::resume);
  one.settle(letter_state::deferred, {{0, 50}}, {451, "4.7.1", "later"});
  CHECK(one.state.trial.has_value());
  one.now += retries.delay_first * 5 / 4; // retries are spread
  CHECK(claimable(one.state, {{0, 100}}, one.now) == letter_ranges{{0, 50}});
  one.settle(letter_state::accepted, {{0, 50}}, ok);
  CHECK_FALSE(one.state.trial.has_value());
}

TEST_CASE("a campaign of ten of which nobody was reached is held, and ends when somebody has looked") {
  led one(10);
  one.settle(letter_state::refused, {{0, 10}}, unknown);
  CHECK(one.state.status() == status::paused);
  CHECK(one.state.hold->reason == hold_reason::relay_refuses);
  one.tell(command_kind::resume);
  CHECK(one.state.stage == stage::sent);
}

TEST_CASE("at their last try a few are not counted as more") {
  led one(8);
  one.settle(letter_state::refused, {{0, 8}}, denied);
  one.now += retries.delay_first;
  one.claim({{0, 8}});
  one.report(letter_state::refused, {{0, 5}}, denied);
  CHECK_FALSE(one.state.hold.has_value());
  one.report(letter_state::refused, {{5, 8}}, denied);
  CHECK(one.state.stage == stage::sent);
}

TEST_CASE("ten or more that are refused at the last try lay the hold") {
  led one(100);
  for (letter_index index = 0; index < 12; ++index) {
    one.settle(letter_state::refused, {{index, index + 1}}, denied);
    if (index == 5) // not ten in a row, and none with an acceptance before
      one.settle(letter_state::accepted, {{12, 100}}, ok);
  }
  CHECK(one.count(letter_state::deferred) == 12);
  one.now += retries.delay_first;
  one.settle(letter_state::refused, {{0, 12}}, denied);
  REQUIRE(one.state.hold.has_value());
  CHECK(one.count(letter_state::refused) == 0);
}

TEST_CASE("where the relay takes nothing from the sender, the campaign is held at the first letter") {
  led one(100);
  one.claim({{0, 2}});
  one.put(decide_sender_refused(one.state, {530, "5.7.60", "not allowed to send as this sender"}));
  REQUIRE(one.state.hold.has_value());
  CHECK_THAT(one.state.hold->text, ContainsSubstring("5.7.60"));
  one.report(letter_state::pending, {{0, 2}}, {});
  CHECK(one.count(letter_state::pending) == 100);
}

TEST_CASE("provisional refusals survive as they were stored") {
  led one(100);
  one.settle(letter_state::refused, {{0, 3}}, denied);
  one.settle(letter_state::accepted, {{3, 4}}, ok);
  one.settle(letter_state::refused, {{4, 5}}, denied);
  CHECK(decode_state(encode_state(one.state)) == one.state);
}
