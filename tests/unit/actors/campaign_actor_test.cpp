// The actors together, with virtual time: every command at work, crashes, and a relay that misbehaves.

#include "actors/audit/audit.hpp"
#include "actors/audit/log_history.hpp"
#include "actors/audit/log_queries.hpp"
#include "tests/catch.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/examples.hpp"

#include <set>

using namespace sluice;
using namespace sluice::examples;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

void check_audit(actor_fixture& node) {
  const auto report = verify_logs(*node.parts->store, {});
  REQUIRE(report.has_value());
  for (const auto& fault : report->faults)
    UNSCOPED_INFO(to_string(fault.campaign) << " event " << fault.number << ": " << fault.what);
  CHECK(report->faults.empty());
}

letter_index accepted(const actor_fixture& node, campaign_id id) {
  return node.show(id).counts.of(letter_state::accepted);
}

} // namespace

TEST_CASE("a campaign goes out: each recipient gets one letter, personalised") {
  actor_fixture node;
  const auto id = node.start(spec(), 1000);
  node.run();
  CHECK(node.show(id).status() == status::sent);
  CHECK(accepted(node, id) == 1000);
  std::set<std::string> recipients;
  for (const auto& one : node.relay->arrivals) {
    recipients.insert(one.recipient);
    CHECK(one.message.find("Hello Recipient " + std::to_string(one.index)) != std::string::npos);
  }
  CHECK(recipients.size() == 1000);
  CHECK(node.relay->arrivals.size() == 1000);
  check_audit(node);
}

TEST_CASE("a batch that is full leaves letters for the next one") {
  actor_fixture node;
  auto wordy = spec();
  for (int times = 0; times < 3000; ++times)
    wordy.text += "{{name}} ";
  const auto id = node.start(wordy, 200);
  node.run();
  CHECK(node.show(id).status() == status::sent);
  CHECK(accepted(node, id) == 200);
  CHECK(node.relay->arrivals.size() == 200);
  CHECK(node.relay->arrivals.front().message.size() > 40'000);
  CHECK(node.relay->largest_batch < 1'200'000);
  check_audit(node);
}

TEST_CASE("no letter is sent before the event that claims it is in the log") {
  actor_fixture node;
  node.relay->outcome_of = [&](const scripted_relay::arrival& one) -> std::optional<result_group> {
    auto is_claimed = false;
    for (const auto& next : node.log(one.campaign))
      if (const auto* claim = std::get_if<claimed>(&next.body))
        is_claimed = is_claimed || claim->letters.contains(one.index);
    CHECK(is_claimed);
    return result_group{letter_state::accepted, {{one.index, one.index + 1}}, {250, "", "Ok"}};
  };
  node.start(spec(), 60);
  node.run();
  CHECK(node.relay->arrivals.size() == 60);
}

TEST_CASE("each part leaves at its time") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(200, 2s), 1000);
  node.run();
  CHECK(accepted(node, id) == 200);
  node.pass(1950ms);
  CHECK(accepted(node, id) == 200);
  node.pass(50ms);
  CHECK(accepted(node, id) == 400);
  node.pass(6s);
  CHECK(node.show(id).status() == status::sent);
  check_audit(node);
}

TEST_CASE("letters that fell due during a pause leave at once on resume, the rest on the old timetable") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(100, 2s), 1000);
  node.run();
  CHECK(node.tell(id, command_kind::pause).value().changed);
  node.pass(6500ms);
  CHECK(accepted(node, id) == 100);
  CHECK(node.show(id).counts.due == 400);
  node.tell(id, command_kind::resume).value();
  node.run();
  CHECK(accepted(node, id) == 400);
  node.pass(1450ms);
  CHECK(accepted(node, id) == 400);
  node.pass(50ms);
  CHECK(accepted(node, id) == 500);
  check_audit(node);
}

TEST_CASE("a pause outlives the process, and what fell due while it was down leaves at once") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(100, 2s), 1000);
  node.run();
  node.tell(id, command_kind::pause).value();
  node.crash();
  node.pass(6500ms);
  CHECK(node.show(id).status() == status::paused);
  CHECK(accepted(node, id) == 100);
  node.tell(id, command_kind::resume).value();
  node.run();
  CHECK(accepted(node, id) == 400);
  node.crash();
  node.pass(20s);
  CHECK(node.show(id).status() == status::sent);
  CHECK(node.relay->arrivals.size() == 1000);
  check_audit(node);
}

TEST_CASE("release lets the whole rest leave at once") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(1, 1h), 500);
  node.run();
  CHECK(accepted(node, id) == 1);
  node.tell(id, command_kind::release).value();
  node.run();
  CHECK(node.show(id).status() == status::sent);
}

TEST_CASE("a campaign waits for its start, and release sends it before") {
  actor_fixture node;
  auto content = spec();
  content.plan.start_at = t0 + 1h;
  const auto waiting = node.start(content, 10);
  const auto released_one = node.start(content, 10);
  node.pass(1min);
  CHECK(node.show(waiting).status() == status::preparing);
  node.tell(released_one, command_kind::release).value();
  node.run();
  CHECK(node.show(released_one).status() == status::sent);
  node.pass(59min);
  CHECK(node.show(waiting).status() == status::sent);
}

TEST_CASE("after a cancel nothing is claimed, and what was on connections is counted") {
  actor_fixture node;
  node.relay->outcome_of = [](const auto&) { return std::nullopt; };
  const auto id = node.start(spec(), 1000);
  node.run();
  CHECK(node.relay->arrivals.size() == 20);
  const auto answer = node.tell(id, command_kind::cancel).value();
  CHECK(answer.status == status::cancelled);
  CHECK(answer.in_flight == 20);
  node.relay->finish(letter_state::accepted, {250, "", "Ok"});
  node.run();
  CHECK(node.relay->arrivals.size() == 20);
  CHECK(accepted(node, id) == 20);
  CHECK(node.show(id).counts.of(letter_state::pending) == 980);
  check_audit(node);
}

TEST_CASE("after the answer to a pause no letter is claimed, and what waits on connections goes back") {
  actor_fixture node;
  node.relay->outcome_of = [](const auto&) { return std::nullopt; };
  const auto id = node.start(spec(), 1000);
  node.run();
  node.tell(id, command_kind::pause).value();
  const auto version = node.show(id).version;
  node.relay->finish(letter_state::accepted, {250, "", "Ok"});
  node.run();
  node.pass(1min);
  const auto log = node.log(id);
  for (auto number = version; number < log.size(); ++number)
    CHECK_FALSE(std::holds_alternative<claimed>(log[number].body));
  CHECK(node.relay->arrivals.size() == 20);
  CHECK(node.show(id).counts.of(letter_state::claimed) == 0);
  CHECK(accepted(node, id) == 20);
  node.relay->outcome_of = {};
  node.tell(id, command_kind::resume).value();
  node.run();
  CHECK(node.show(id).status() == status::sent);
  CHECK(node.relay->arrivals.size() == 1000);
}

TEST_CASE("a crash puts what was on connections in doubt: `resend` loses none, `hold` sends none twice") {
  for (const auto policy : {doubt_policy::resend, doubt_policy::hold}) {
    actor_fixture node;
    auto content = spec();
    content.on_doubt = policy;
    node.relay->outcome_of = [](const auto&) { return std::nullopt; };
    const auto id = node.start(content, 100);
    node.run();
    node.crash();
    node.run();
    std::multiset<letter_index> arrived;
    for (const auto& one : node.relay->arrivals)
      arrived.insert(one.index);
    if (policy == doubt_policy::resend) {
      CHECK(node.show(id).status() == status::sent);
      CHECK(arrived.size() == 120);
      CHECK(std::set<letter_index>(arrived.begin(), arrived.end()).size() == 100);
    } else {
      CHECK(node.show(id).status() == status::sending);
      CHECK(node.show(id).counts.of(letter_state::in_doubt) == 20);
      CHECK(arrived.size() == 100);
      node.tell(id, command_kind::give_up_doubt).value();
      CHECK(node.show(id).status() == status::sent);
    }
    check_audit(node);
  }
}

TEST_CASE("letters in doubt are settled one by one where they are named, and the rest waits on") {
  actor_fixture node;
  auto content = spec();
  content.on_doubt = doubt_policy::hold;
  node.relay->outcome_of = [](const auto&) { return std::nullopt; };
  const auto id = node.start(content, 20);
  node.run();
  node.crash();
  node.relay->outcome_of = [](const auto&) { return std::nullopt; };
  node.run();
  REQUIRE(node.show(id).counts.of(letter_state::in_doubt) == 20);
  const auto settle = [&](command_kind kind, letter_ranges letters) {
    return node.tell(id, command{kind, "olga", "", "", {}, std::move(letters)}).value();
  };
  CHECK(settle(command_kind::give_up_doubt, {{0, 3}, {19, 400}}).changed);
  CHECK(node.show(id).counts.of(letter_state::refused) == 4);
  CHECK(node.show(id).counts.of(letter_state::in_doubt) == 16);
  CHECK_FALSE(settle(command_kind::resend_doubt, {{0, 3}}).changed);
  CHECK(settle(command_kind::resend_doubt, {{2, 5}}).changed);
  CHECK(node.show(id).counts.of(letter_state::in_doubt) == 14);
  CHECK(settle(command_kind::give_up_doubt, {{0, 20}}).changed);
  CHECK(node.show(id).counts.of(letter_state::refused) == 18);
  CHECK(node.show(id).status() == status::sending);
  check_audit(node);
}

TEST_CASE("a letter keeps its Message-ID through every attempt") {
  actor_fixture node;
  node.relay->outcome_of = [](const auto&) { return std::nullopt; };
  node.start(spec(), 1);
  node.run();
  node.crash();
  node.run();
  REQUIRE(node.relay->arrivals.size() == 2);
  const auto id_of = [](const std::string& message) {
    const auto at = message.find("Message-ID:");
    return message.substr(at, message.find("\r\n", at) - at);
  };
  CHECK(id_of(node.relay->arrivals[0].message) == id_of(node.relay->arrivals[1].message));
}

TEST_CASE("a deferred letter comes back when its delay is over, while the rest goes on") {
  actor_fixture node;
  auto is_greylisted = true;
  node.relay->outcome_of = [&](const scripted_relay::arrival& one) -> std::optional<result_group> {
    if (one.index == 3 && is_greylisted)
      return result_group{letter_state::deferred, {{3, 4}}, {450, "4.2.0", "Greylisted"}};
    return result_group{letter_state::accepted, {{one.index, one.index + 1}}, {250, "", "Ok"}};
  };
  const auto id = node.start(spec(), 100);
  node.run();
  CHECK(accepted(node, id) == 99);
  CHECK(node.show(id).counts.of(letter_state::deferred) == 1);
  is_greylisted = false;
  node.pass(5min - 50ms);
  CHECK(accepted(node, id) == 99);
  node.pass(50ms + 5min / 4); // retries are spread
  CHECK(node.show(id).status() == status::sent);
}

TEST_CASE("when the relay itself fails, letters go back and the campaign says so until it works again") {
  actor_fixture node;
  auto is_away = true;
  node.relay->outcome_of = [&](const scripted_relay::arrival& one) -> std::optional<result_group> {
    if (is_away)
      return result_group{
          letter_state::pending, {{one.index, one.index + 1}}, {421, "4.3.2", "shutting down"}};
    return result_group{letter_state::accepted, {{one.index, one.index + 1}}, {250, "", "Ok"}};
  };
  node.relay->connections = 0;
  const auto id = node.start(spec(), 10);
  node.run();
  node.relay->say(true, "cannot connect to 127.0.0.1:25: connection refused");
  node.run();
  REQUIRE(node.show(id).relay_trouble.has_value());
  CHECK(node.show(id).relay_trouble->text == "cannot connect to 127.0.0.1:25: connection refused");
  const auto since = node.show(id).relay_trouble->since;
  node.pass(std::chrono::seconds(10));
  node.relay->say(true, "it refuses the login: 535 wrong password");
  node.run();
  CHECK(node.show(id).relay_trouble->text == "it refuses the login: 535 wrong password");
  CHECK(node.show(id).relay_trouble->since == since);
  is_away = false;
  node.relay->connections = 20;
  node.run();
  CHECK_FALSE(node.show(id).relay_trouble.has_value());
  CHECK(node.show(id).status() == status::sent);
}

TEST_CASE("suppressed recipients are skipped as of when their letter is made, not of the import") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(10, 1h), 20);
  node.run();
  node.tell(id, command_kind::pause).value();
  node.parts->store->suppressions().add({{"r15@example.com", "unsubscribed", node.now()}}, {}).value();
  node.tell(id, command_kind::resume).value();
  node.pass(1h);
  CHECK(node.show(id).status() == status::sent);
  CHECK(node.show(id).counts.of(letter_state::skipped) == 1);
  const auto letter = find_letter(*node.parts->store, node.show(id), "r15@example.com");
  REQUIRE(letter.has_value());
  CHECK(letter->state == letter_state::skipped);
  CHECK(letter->last_reply.text == "suppressed: unsubscribed");
}

TEST_CASE("the second arrival of an idempotency key gets the first one's answer, also after a restart") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(1, 1h), 10);
  node.run();
  const auto first = node.tell(id, command_kind::pause, "key 1").value();
  node.tell(id, command_kind::resume).value();
  CHECK(node.tell(id, command_kind::pause, "key 1").value() == first);
  CHECK(node.show(id).status() == status::sending);
  node.crash();
  CHECK(node.tell(id, command_kind::pause, "key 1").value() == first);
  CHECK(node.tell(id, command_kind::cancel, "key 1").error().code == error_code::conflict);
  CHECK(node.show(id).status() == status::sending);
}

TEST_CASE("a refused command writes nothing") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(1, 1h), 10);
  node.run();
  const auto version = node.show(id).version;
  CHECK(node.tell(id, command_kind::approve).error().code == error_code::not_allowed_now);
  CHECK(node.tell(campaign_id{99}, command_kind::pause).error().code == error_code::not_found);
  CHECK(node.log(id).size() == version);
}

TEST_CASE("one campaign's crash loop parks it and does not stop another") {
  actor_fixture node;
  const auto sick = node.start(spec_in_parts(1, 1s), 1000);
  const auto healthy = node.start(spec_in_parts(1, 1s), 1000);
  node.run();
  // Another owner of the log: the campaign's appends meet a number that they do not expect.
  node.parts->store->journal().append(
      {sick, node.show(sick).version, {{node.now(), "intruder", relay_recovered{}}}, {}}, [](auto) {});
  node.pass(5s);
  CHECK(accepted(node, healthy) >= 5);
  node.pass(30s);
  CHECK(accepted(node, sick) >= 30); // started again from the log as it is now
  check_audit(node);
}

TEST_CASE("a campaign that dies answers all who wait for it") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(1, 1h), 10);
  node.run();
  node.parts->store->journal().append(
      {id, node.show(id).version, {{node.now(), "intruder", relay_recovered{}}}, {}}, [](auto) {});
  const command pause{command_kind::pause, "olga", "words", "", {}};
  for (const auto& answer : node.tell_together(id, {pause, pause, pause}))
    CHECK(answer.error().code == error_code::unavailable);
  node.pass(2s);
  CHECK(node.tell(id, pause).has_value());
  check_audit(node);
}

TEST_CASE("a campaign that dies takes its grants with it, however late its sender hears of that") {
  actor_fixture node;
  auto held = spec_in_parts(10, 1h);
  held.on_doubt = doubt_policy::hold;
  const auto id = node.start(held, 20);
  const auto is_claimed = [&] { return std::holds_alternative<claimed>(node.log(id).back().body); };
  while (!is_claimed() && node.step()) {
  }
  REQUIRE(is_claimed());
  node.starved = "sender"; // its grants are on their way
  CHECK(node.relay->may_send(id));
  node.parts->store->journal().append(
      {id, node.log(id).size(), {{node.now(), "intruder", relay_recovered{}}}, {}}, [](auto) {});
  CHECK(node.tell(id, command_kind::release).error().code == error_code::unavailable);
  CHECK_FALSE(node.relay->may_send(id));
  node.pass(2s);
  CHECK(node.show(id).counts.of(letter_state::in_doubt) == 10); // it was started again
  node.starved.clear();
  node.run();
  CHECK(node.relay->arrivals.empty());
  check_audit(node);
}

TEST_CASE("a campaign that dies is started again from what it was appending, however slow the disk is") {
  simulation::dice chance(1);
  auto made = std::make_unique<simulation::simulated_disk>(chance, [](auto, auto, const auto&) {});
  auto& disk = *made;
  actor_fixture node(actor_fixture::quiet_settings(), std::move(made));
  enum class disk_mood : std::uint8_t { good, fatal, stuck } mood = disk_mood::good;
  node.disk_turn = [&] {
    if (mood == disk_mood::stuck || disk.waiting() == 0)
      return false;
    if (mood == disk_mood::good)
      disk.sync(disk.waiting());
    else
      node.kill_campaign();
    mood = mood == disk_mood::fatal ? disk_mood::stuck : mood;
    return true;
  };
  const auto id = node.start(spec_in_parts(1, 1h), 10);
  node.run();
  mood = disk_mood::fatal;
  CHECK(node.tell(id, command_kind::pause).error().code == error_code::unavailable);
  node.pass(1min); // a good disk would have had it started again long ago
  mood = disk_mood::good;
  node.run();
  CHECK(node.show(id).status() == status::paused);
  CHECK(node.show(id).version == node.log(id).size());
  check_audit(node);
}

TEST_CASE("the wall clock may jump both ways: time in the log never goes back, and parts go on") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(10, 1min), 100);
  node.run();
  node.skew = -2h;
  node.pass(1min);
  node.skew = 0ms;
  node.pass(10min);
  CHECK(node.show(id).status() == status::sent);
  check_audit(node);
}

TEST_CASE("moderation: a first campaign waits for a person, an approved one goes out") {
  auto settings = actor_fixture::quiet_settings();
  settings.moderation.first_campaigns = 1;
  actor_fixture node(settings);
  const auto first = node.start(spec(), 10);
  node.run();
  CHECK(node.show(first).status() == status::moderation);
  CHECK(node.show(first).moderation_reasons.size() == 1);
  CHECK_FALSE(node.show(first).content_hash.empty());
  node.tell(first, command_kind::approve).value();
  node.run();
  CHECK(node.show(first).status() == status::sent);
  const auto second = node.start(spec(), 10);
  node.run();
  CHECK(node.show(second).status() == status::sent);
}

TEST_CASE("moderation: a start that crosses an edit is checked for what the edit made of the draft") {
  auto settings = actor_fixture::quiet_settings();
  settings.moderation.suspicious_patterns = {"casino"};
  actor_fixture node(settings);
  const auto id = node.create(spec(), node.make_audience(100));
  auto edited = spec();
  edited.text = "Win in our casino";
  const command edit{command_kind::edit, "olga", "", "", draft_edit{edited, {audience_id{1}, {}, 0, {}}}};
  const auto answers = node.tell_together(id, {edit, {command_kind::start, "ivan", "", "", {}}});
  INFO((answers[0] ? "" : answers[0].error().message));
  CHECK(answers[0].has_value());
  CHECK(answers[1].has_value());
  CHECK(node.show(id).status() == status::moderation);
  CHECK(node.show(id).moderation_reasons.size() == 1);
}

TEST_CASE("a draft's discarding under a key is answered a second time, also after a restart") {
  actor_fixture node;
  const auto id = node.create(spec(), node.make_audience(10));
  const auto first = node.tell(id, command_kind::discard, "key");
  REQUIRE(first.has_value());
  CHECK(node.tell(id, command_kind::discard, "key") == first);
  node.crash();
  CHECK(node.tell(id, command_kind::discard, "key") == first);
  CHECK_FALSE(node.tell(id, command_kind::discard, "other").has_value());
  CHECK_FALSE(node.tell(id, command_kind::start, "key").has_value());
}

TEST_CASE("a draft that would outlast the calendar is neither made nor edited so") {
  actor_fixture node;
  const auto customers = node.make_audience(20'000);
  const auto endless = spec_in_parts(1, 24h * 365);
  CHECK_THROWS(node.create(endless, customers));
  const auto id = node.create(endless, {}); // nobody knows yet how many letters
  const command edit{command_kind::edit, "olga", "", "", draft_edit{endless, {customers, {}, 0, {}}}};
  const auto refused = node.tell(id, edit);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == error_code::invalid_input);
  CHECK(node.log(id).size() == 1);
}

TEST_CASE("ten thousand paused campaigns have no actor and wake nothing") {
  actor_fixture node;
  const auto audience = node.make_audience(10);
  auto content = spec();
  content.plan.start_at = t0 + 24h;
  for (int number = 0; number < 500; ++number) {
    const auto id = node.create(content, audience);
    node.tell(id, command_kind::start).value();
    node.tell(id, command_kind::pause).value();
  }
  node.run();
  // The supervisor is all that is left running.
  CHECK(node.system().registry().running() <= 2);
}

TEST_CASE("what is asked of the log agrees with what is shown") {
  actor_fixture node;
  node.relay->outcome_of = [](const scripted_relay::arrival& one) -> std::optional<result_group> {
    if (one.index % 10 == 0)
      return result_group{
          letter_state::refused, {{one.index, one.index + 1}}, {550, "5.1.1", "No such user"}};
    return result_group{letter_state::accepted, {{one.index, one.index + 1}}, {250, "2.0.0", "Ok"}};
  };
  const auto id = node.start(spec(), 95);
  node.run();
  const auto view = node.show(id);
  CHECK(view.counts.of(letter_state::refused) == 10);
  const auto refused = list_letters(*node.parts->store, view, {letter_state::refused, {}, 100});
  REQUIRE(refused.has_value());
  REQUIRE(refused->size() == 10);
  CHECK(refused->at(1).email == "r10@example.com");
  CHECK(refused->at(1).attempts == 1);
  CHECK(refused->at(1).last_reply.text == "No such user");
  const auto replayed = replay_log(*node.parts->store, id, {});
  REQUIRE(replayed.has_value());
  CHECK(replayed->counts == view.counts);
  CHECK(replayed->version == view.version);
  const auto story = letter_story(*node.parts->store, id, "r10@example.com");
  REQUIRE(story.has_value());
  CHECK(story->size() >= 5); // created, submitted, scheduled, sending_began, claimed, settled, finished
}
