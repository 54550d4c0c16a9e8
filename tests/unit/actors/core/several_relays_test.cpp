// Several relays in the rules: whose acceptance counts, and where letters in doubt may go.
#include "messages/event_json.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/core/led_campaign.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::examples;
using namespace std::chrono_literals;

namespace {

const reply lost{0, "", "the connection was lost"};
const relay_names both{"", "second"};

event read_again(const event& it) {
  const auto read = decode_event(encode_event(it));
  REQUIRE(read);
  return *read;
}

} // namespace

TEST_CASE("a refusal is judged by what the same relay accepted") {
  led one(100, both);
  one.settle(letter_state::accepted, {{0, 5}}, ok);
  one.settle(letter_state::refused, {{5, 6}}, denied, "second");
  one.settle(letter_state::accepted, {{6, 9}}, ok);
  CHECK(one.state.waiting_refusals() == letter_ranges{{5, 6}});
  one.settle(letter_state::accepted, {{9, 10}}, ok, "second");
  CHECK(one.state.waiting_refusals() == letter_ranges{{5, 6}}); // nobody was accepted there before it
  one.settle(letter_state::refused, {{10, 11}}, denied, "second");
  one.settle(letter_state::accepted, {{11, 12}}, ok, "second");
  CHECK(one.state.waiting_refusals() == letter_ranges{{5, 6}});
  CHECK(one.count(letter_state::refused) == 1);
}

TEST_CASE("ten refusals in a row at one relay hold the campaign, whatever another one accepts between") {
  led one(100, both);
  for (letter_index at = 0; at < 10; ++at) {
    CHECK_FALSE(one.state.hold);
    one.settle(letter_state::accepted, {{2 * at, 2 * at + 1}}, ok);
    one.settle(letter_state::refused, {{2 * at + 1, 2 * at + 2}}, denied, "second");
  }
  REQUIRE(one.state.hold);
  CHECK(one.state.hold->reason == hold_reason::relay_refuses);
}

TEST_CASE("a letter in doubt goes back to its relay and no other") {
  led one(100, both);
  one.settle(letter_state::in_doubt, {{0, 2}}, lost, "second");
  one.settle(letter_state::in_doubt, {{2, 3}}, lost);
  CHECK(one.count(letter_state::pending) == 100);
  CHECK(one.state.relay_of(0) == "second");
  CHECK(one.state.relay_of(2) == "");
  CHECK_FALSE(one.state.relay_of(3));
  CHECK_THROWS(one.put({claimed{{{0, 1}}, ""}}));
  CHECK_THROWS(one.put({claimed{{{2, 3}}, "second"}}));
  one.settle(letter_state::pending, {{0, 1}}, {}, "second");
  CHECK(one.state.relay_of(0) == "second"); // it came back unsent, and may have arrived before
  one.settle(letter_state::accepted, {{0, 2}}, ok, "second");
  one.settle(letter_state::accepted, {{2, 4}}, ok);
  CHECK_FALSE(one.state.relay_of(0));
  CHECK(one.state.accepted_resent == 3);
  CHECK(brief_view_of(one.state, one.now).accepted_resent == 3);
}

TEST_CASE("letters in doubt whose relay is gone are a person's, whose resend lets them go through another") {
  led one(100, both);
  one.put({claimed{{{0, 2}}, "second"}, claimed{{{2, 4}}}});
  const auto after_restart = results_of_restart(one.state, one_relay());
  REQUIRE(after_restart.size() == 2);
  one.put(decide_results(one.state, after_restart, retries, suspicion, one.now));
  CHECK(one.state.letters.all(letter_state::in_doubt) == letter_ranges{{0, 2}});
  CHECK(one.state.relay_of(2) == "");
  one.put(decide(one.state, {command_kind::resend_doubt, "olga", "", "", {}}, {}, one.now).value(), "olga");
  CHECK(one.count(letter_state::in_doubt) == 0);
  CHECK_FALSE(one.state.relay_of(0));
  one.settle(letter_state::accepted, {{0, 4}}, ok);
  CHECK(one.state.accepted_resent == 4);
}

TEST_CASE("letters that were to leave again are in doubt again where their relay is gone after a restart") {
  led one(100, both);
  one.settle(letter_state::in_doubt, {{0, 3}}, lost, "second");
  one.settle(letter_state::in_doubt, {{0, 1}}, lost, "second"); // the second time: it waits
  CHECK(one.count(letter_state::deferred) == 1);
  CHECK(decide_without_relay(one.state, both).empty());
  one.put(decide_without_relay(one.state, one_relay()));
  CHECK(one.state.letters.all(letter_state::in_doubt) == letter_ranges{{0, 3}});
  CHECK(one.state.retry_queue.empty());
  CHECK(decide_without_relay(one.state, one_relay()).empty());
  one.put(decide(one.state, {command_kind::give_up_doubt, "olga", "", "", {}}, {}, one.now).value(), "olga");
  CHECK(one.count(letter_state::refused) == 3);
}

TEST_CASE("events of several relays are read as they were written, and those of one are as before") {
  const event first{t0, "", claimed{{{0, 2}}, "second"}};
  const event gone{t0, "olga", doubt_settled{{{0, 2}}, true, {}, true}};
  CHECK(read_again(first) == first);
  CHECK(read_again(gone) == gone);
  CHECK(to_json(first).at("v") == 2);
  CHECK(to_json(gone).at("v") == 3);
  auto content = spec();
  content.relay = "second";
  const event draft{t0, "", created{content, audience(5)}};
  CHECK(read_again(draft) == draft);
  CHECK(to_json(draft).at("v") == 2);
  CHECK(to_json(event{t0, "", claimed{{{0, 2}}}}).at("v") == 1);
  CHECK_FALSE(to_json(event{t0, "", claimed{{{0, 2}}}}).contains("relay"));
  CHECK(to_json(event{t0, "", created{spec(), audience(5)}}).at("v") == 1);
}
