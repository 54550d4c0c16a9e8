// How campaigns come and go: recovered on the store's threads, handed to their actors, and commands that wait for that.

#include "actors/audit/recovery.hpp"
#include "actors/core/state_codec.hpp"
#include "tests/catch.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/examples.hpp"

#include <caf/event_based_actor.hpp>

#include <utility>

using namespace sluice;
using namespace sluice::examples;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

command edit_of(std::string fields) {
  command edit{command_kind::edit, "olga", "", "", draft_edit{}};
  edit.edited->fields = std::move(fields);
  edit.edited->keeps_audience = true;
  return edit;
}

/// A node on a disk in the test's hand, which syncs at once unless it is told otherwise.
struct node_on_disk {
  simulation::dice chance{1};
  simulation::simulated_disk* disk = nullptr;
  actor_fixture node;

  node_on_disk() : node(actor_fixture::quiet_settings(), make_disk()) {
    node.disk_turn = [this] {
      const auto is_busy = disk->waiting() > 0;
      disk->sync(disk->waiting());
      return is_busy;
    };
  }

  std::unique_ptr<store> make_disk() {
    auto made = std::make_unique<simulation::simulated_disk>(chance, [](auto, auto, const auto&) {});
    disk = made.get();
    return made;
  }
};

} // namespace

TEST_CASE("what is shown of a campaign has no bodies, the store has them") {
  actor_fixture node;
  auto content = spec();
  content.html = "<p>Hello</p>";
  const auto id = node.create(content, node.make_audience(10));
  CHECK(node.show(id).spec.text.empty());
  CHECK(node.show(id).spec.html.empty());
  CHECK(node.show(id).spec.subject == content.subject);
  CHECK(content_of(*node.parts->store, id) == content);
  node.tell(id, command_kind::start).value();
  node.run();
  CHECK(node.show(id).status() == status::sent);
  CHECK(node.show(id).responses.empty());
  CHECK(responses_of(*node.parts->store, node.show(id)).value().size() == 1);
  CHECK(node.show(id).spec.html.empty());
  CHECK(content_of(*node.parts->store, id) == content);
  node.crash();
  CHECK(node.show(id).spec.html.empty());
  CHECK(content_of(*node.parts->store, id) == content);
  CHECK(content_of(*node.parts->store, campaign_id{99}).error().code == error_code::not_found);
}

TEST_CASE(
    "edits of different fields at the same moment both come in, and a start behind them starts with both") {
  actor_fixture node;
  const auto audience = node.make_audience(10);
  const auto id = node.create(spec(), audience);
  const auto answers = node.tell_together(id, {edit_of(R"({"subject": "Spring sale"})"),
                                               edit_of(R"({"html": "<p>Hello {{name}}</p>"})"),
                                               {command_kind::start, "ivan", "", "", {}}});
  for (const auto& one : answers)
    CHECK(one.has_value());
  node.run();
  const auto whole = node.show_whole(id);
  CHECK(whole.spec.subject == "Spring sale");
  CHECK(whole.spec.html == "<p>Hello {{name}}</p>");
  CHECK(whole.spec.text == spec().text);
  CHECK(whole.audience.id == audience);
  CHECK(whole.status() == status::sent);
  REQUIRE(node.relay->arrivals.size() == 10);
  CHECK(node.relay->arrivals.front().message.find("Subject: Spring sale") != std::string::npos);
}

TEST_CASE("a field that cannot be keeps the draft as it is, and the next edit is merged into that") {
  actor_fixture node;
  const auto id = node.create(spec(), {});
  const auto answers = node.tell_together(
      id, {edit_of(R"({"subject": 7})"), edit_of(R"({"from": "nobody"})"), edit_of(R"({"name": "Spring"})")});
  REQUIRE(!answers[0]);
  CHECK(answers[0].error().code == error_code::invalid_input);
  CHECK(!answers[1]);
  CHECK(answers[2].has_value());
  auto expected = spec();
  expected.name = "Spring";
  CHECK(node.show_whole(id).spec == expected);
  CHECK(node.log(id).size() == 2);
}

TEST_CASE("an edit that comes again under its key is not carried out again") {
  actor_fixture node;
  const auto id = node.create(spec(), {});
  auto edit = edit_of(R"({"name": "Spring"})");
  edit.idempotency_key = "once";
  const auto first = node.tell(id, edit);
  CHECK(first.has_value());
  node.tell(id, edit_of(R"({"name": "Summer"})")).value();
  CHECK(node.tell(id, edit) == first);
  CHECK(node.show(id).spec.name == "Summer");
}

TEST_CASE("a resting campaign's state is read for its next command; where the disk does not give it, that is "
          "said") {
  node_on_disk at;
  auto& node = at.node;
  const auto id = node.start(spec_in_parts(1, 1h), 10);
  node.tell(id, command_kind::pause).value();
  node.run();
  at.disk->now = simulation::simulated_disk::health::broken;
  const auto refused = node.tell(id, command_kind::resume);
  REQUIRE(!refused);
  CHECK(refused.error().code == error_code::storage_failed);
  CHECK_FALSE(node.show(id).fault.empty());
  at.disk->now = simulation::simulated_disk::health::good;
  node.pass(2s);
  CHECK(node.show(id).fault.empty());
  CHECK(node.tell(id, command_kind::resume).value().changed);
}

TEST_CASE("after an append that failed the state is read again, however long the disk does not give it") {
  node_on_disk at;
  auto& node = at.node;
  const auto id = node.start(spec_in_parts(1, 1h), 10);
  node.run();
  CHECK(node.show(id).counts.of(letter_state::accepted) == 1);
  at.disk->now = simulation::simulated_disk::health::broken;
  for (int tries = 0; tries < 20; ++tries) {
    const auto refused = node.tell(id, command_kind::pause);
    REQUIRE(!refused);
    CHECK(refused.error().code == error_code::storage_failed);
    node.pass(30s);
  }
  CHECK(node.show(id).status() == status::sending);
  CHECK(node.show(id).fault.find("simulated disk") != std::string::npos);
  at.disk->now = simulation::simulated_disk::health::good;
  node.pass(30s);
  CHECK(node.tell(id, command_kind::pause).value().changed);
  CHECK(node.show(id).fault.empty());
  CHECK(node.show(id).version == node.log(id).size());
}

TEST_CASE("a campaign that rests leaves a snapshot, from which it comes back") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(1, 1h), 10);
  node.tell(id, command_kind::pause).value();
  node.run();
  const auto kept = std::as_const(*node.parts->store).snapshots().load(id);
  REQUIRE(kept.has_value());
  CHECK(kept->number == node.log(id).size());
  CHECK(decode_state(kept->state) == recover(*node.parts->store, id).value());
}

TEST_CASE("whoever asks for all campaigns while the engine starts is answered when all are back") {
  actor_fixture node;
  constexpr std::size_t campaigns = 100;
  for (std::size_t made = 0; made < campaigns; ++made)
    node.create(spec(), {});
  auto store = std::move(node.parts->store);
  node.parts->store = make_memory_store();
  const auto again = std::make_shared<engine>();
  again->settings = actor_fixture::quiet_settings();
  again->store = std::move(store);
  again->now = [&] { return node.now(); };
  const auto supervisor = spawn_supervisor(node.system(), again);
  std::size_t shown = 0;
  std::size_t listed = 0;
  std::optional<result<command_answer>> told;
  const auto ask = [&](caf::event_based_actor* self, campaign_id third) {
    self->request(supervisor, caf::infinite, list_atom::value).then([&](const std::vector<campaign_id>& all) {
      listed = all.size();
      shown = again->campaigns.all().size();
    });
    // A command need not wait for all of them.
    self->request(supervisor, caf::infinite, third, edit_of(R"({"name": "Spring"})"))
        .then([&](const command_answer& answer) { told = answer; },
              [&](const caf::error& why) { told = std::unexpected(from_caf(why)); });
  };
  node.system().spawn(ask, campaign_id{3});
  std::size_t most_waiting = 0;
  do {
    node.run();
    most_waiting = std::max(most_waiting, again->pool->waiting());
  } while (again->pool->run_one());
  CHECK(listed == campaigns);
  CHECK(shown == campaigns);
  REQUIRE(told.has_value());
  CHECK(told->has_value());
  CHECK(again->campaigns.find(campaign_id{3}, node.now())->spec.name == "Spring");
  CHECK(most_waiting < campaigns / 2); // no crowd of states in memory at once
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  again->pool->stop();
  node.run();
}

TEST_CASE("where the campaigns cannot be listed the engine does not start, and whoever waits is told why") {
  node_on_disk at;
  at.disk->lists_campaigns = false;
  const auto again = std::make_shared<engine>();
  again->settings = actor_fixture::quiet_settings();
  again->store = std::move(at.node.parts->store);
  again->now = [&] { return at.node.now(); };
  at.node.parts->store = make_memory_store();
  at.node.disk_turn = nullptr;
  const auto supervisor = spawn_supervisor(at.node.system(), again);
  std::vector<error> told;
  const auto ask = [&](caf::event_based_actor* self, const create_campaign& wanted) {
    const auto refused = [&](const caf::error& why) { told.push_back(from_caf(why)); };
    self->request(supervisor, caf::infinite, list_atom::value)
        .then([](const std::vector<campaign_id>&) {}, refused);
    self->request(supervisor, caf::infinite, wanted).then([](campaign_id) {}, refused);
  };
  at.node.system().spawn(ask, create_campaign{spec(), {}, "test", ""});
  at.node.run();
  CHECK(again->pool->run_one());
  at.node.run();
  REQUIRE(told.size() == 2);
  CHECK(told[0].code == error_code::unavailable);
  CHECK(told[1] == error{error_code::storage_failed, "the simulated disk lists no campaigns"});
}
