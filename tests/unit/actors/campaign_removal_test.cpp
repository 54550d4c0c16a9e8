// Campaigns that are kept no longer are removed through the supervisor: not while somebody is at them.

#include "actors/audit/recovery.hpp"
#include "actors/retention.hpp"
#include "tests/catch.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/examples.hpp"

#include <caf/event_based_actor.hpp>

using namespace sluice;
using namespace sluice::examples;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

/// Asks for a removal, and for what comes behind it at the same moment.
struct removal_asked {
  std::optional<bool> answer;

  removal_asked(actor_fixture& node, campaign_id id) {
    node.system().spawn(
        [this, supervisor = node.supervisor](caf::event_based_actor* self, campaign_id which) {
          self->request(supervisor, caf::infinite, remove_atom::value, which)
              .then([this](bool is_removed) { answer = is_removed; }, [](const caf::error&) {});
        },
        id);
  }
  removal_asked(const removal_asked&) = delete;
  removal_asked& operator=(const removal_asked&) = delete;
};

bool removed_at(actor_fixture& node, campaign_id id) {
  const removal_asked asked(node, id);
  node.run();
  return asked.answer.value();
}

campaign_id sent_one(actor_fixture& node) {
  const auto id = node.start(spec(), 10);
  node.run();
  CHECK(node.show(id).status() == status::sent);
  return id;
}

bool is_shown_at(actor_fixture& node, campaign_id id) {
  return node.parts->campaigns.find(id, node.now()).has_value();
}

} // namespace

TEST_CASE("a campaign that is over is removed with its counts told, and who listens hears that it is gone") {
  actor_fixture node;
  const auto id = sent_one(node);
  const auto last = node.log(id).size();
  const auto over_since = node.show(id).changed_at;
  const auto list = node.show(id).audience.id;
  std::vector<campaign_id> gone;
  const auto watching = node.parts->campaigns.subscribe([&](campaign_id which, const view_ptr& view) {
    if (!view)
      gone.push_back(which);
  });
  node.pass(1h);
  CHECK(removed_at(node, id));
  node.parts->campaigns.unsubscribe(watching);
  CHECK(gone == std::vector{id});
  CHECK_FALSE(is_shown_at(node, id));
  CHECK(node.log(id).empty());
  std::optional<house::campaign_removed> told;
  REQUIRE(read_house_log(node.parts->store->journal(), 1, [&](const stored_house_event& one) {
    if (const auto* removed = std::get_if<house::campaign_removed>(&one.event.body)) {
      CHECK(one.event.by.name.empty());
      CHECK(one.event.at == node.now());
      told = *removed;
    }
    return true;
  }));
  REQUIRE(told);
  CHECK(told->hash.size() == 64);
  told->hash.clear();
  CHECK(*told == house::campaign_removed{id, spec().name, "sent", 10, 10, 0, 0, list, last, "", over_since});
  // Also for a process that starts.
  node.crash();
  CHECK_FALSE(is_shown_at(node, id));
  CHECK(node.create(spec(), {}).value == id.value + 1);
  CHECK_FALSE(removed_at(node, id));
}

TEST_CASE("a command on a removed campaign is refused with when it was removed, its first answer stays") {
  actor_fixture node;
  const auto id = node.create(spec(), node.make_audience(10));
  const auto first = node.tell(id, command_kind::start, "once");
  REQUIRE(first.has_value());
  node.run();
  CHECK(removed_at(node, id));
  for (const auto kind : {command_kind::pause, command_kind::start}) {
    const auto refused = node.tell(id, kind);
    REQUIRE(!refused);
    CHECK(refused.error().notice == notice{"campaign_removed", {{"campaign", "c1"}, {"at", node.now()}}});
  }
  CHECK(node.tell(id, command_kind::start, "once") == first);
}

TEST_CASE("a campaign that is not over, or that there is none of, is not removed") {
  actor_fixture node;
  const auto draft = node.create(spec(), {});
  const auto paused = node.start(spec_in_parts(1, 1h), 10);
  node.tell(paused, command_kind::pause).value();
  node.run();
  CHECK_FALSE(removed_at(node, draft));
  CHECK_FALSE(removed_at(node, paused));
  CHECK_FALSE(removed_at(node, {99}));
  CHECK(is_shown_at(node, draft));
  CHECK(node.tell(paused, command_kind::resume).value().changed);
}

TEST_CASE(
    "a campaign that a command is on its way to is not removed then, and one that is being removed answers") {
  actor_fixture node;
  const auto id = sent_one(node);
  std::optional<result<command_answer>> told;
  const auto tell = [&] {
    node.system().spawn(
        [&told, supervisor = node.supervisor](caf::event_based_actor* self, campaign_id which) {
          self->request(supervisor, caf::infinite, which, command{command_kind::pause, "olga", "", "", {}})
              .then([&](const command_answer& answer) { told = answer; },
                    [&](const caf::error& why) { told = std::unexpected(from_caf(why)); });
        },
        id);
  };
  SECTION("the command is first") {
    tell();
    const removal_asked asked(node, id);
    node.run();
    CHECK(asked.answer == false);
    REQUIRE(told.has_value());
    CHECK(told->error().code == error_code::not_allowed_now);
    CHECK(removed_at(node, id));
  }
  SECTION("the removal is first") {
    const removal_asked asked(node, id);
    tell();
    node.run();
    CHECK(asked.answer == true);
    REQUIRE(told.has_value());
    CHECK(told->error().notice.code == "campaign_removed");
  }
}

TEST_CASE("a campaign whose log says something else than is shown stays, and takes commands") {
  actor_fixture node;
  const auto id = sent_one(node);
  auto other = node.show(id);
  other.version -= 1;
  node.parts->campaigns.put(std::make_shared<const campaign_view>(other));
  CHECK_FALSE(removed_at(node, id));
  CHECK_FALSE(node.log(id).empty());
  CHECK(node.tell(id, command_kind::pause).error().code == error_code::not_allowed_now);
}
