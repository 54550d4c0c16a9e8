// The embedding API with its threads: whoever asks gets an answer, whatever happens.

#include "actors/node.hpp"
#include "adapters/relays.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <stdexcept>

using namespace sluice;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

/// A node on a folder of its own, that takes every letter and keeps none.
struct small_node {
  temporary_folder folder;
  std::unique_ptr<node> engine = open(folder);

  static std::unique_ptr<node> open(const temporary_folder& folder) {
    node_settings settings;
    settings.data_folder = folder.path() / "data";
    settings.relay.url = "null:";
    return expect(node::open(std::move(settings), make_relay));
  }

  result<campaign_view> create() {
    std::promise<result<campaign_view>> made;
    engine->create({examples::spec(), {}, "test", ""},
                   [&](result<campaign_view> view) { made.set_value(std::move(view)); });
    return made.get_future().get();
  }

  result<command_answer> tell(campaign_id id, command_kind kind) {
    std::promise<result<command_answer>> done;
    engine->command(id, {kind, "test", "", "", {}},
                    [&](result<command_answer> answer) { done.set_value(std::move(answer)); });
    return done.get_future().get();
  }
};

/// A node whose clock stands where the test says, and keeps addresses for a day.
std::unique_ptr<node> open_retaining(const temporary_folder& folder, timestamp now) {
  node_settings settings;
  settings.data_folder = folder.path() / "data";
  settings.relay.url = "null:";
  settings.retention.addresses = 24h;
  return expect(node::open(std::move(settings), make_relay, nullptr, [now] { return now; }));
}

/// The same, and keeps campaigns for two days.
std::unique_ptr<node> open_removing(const temporary_folder& folder, timestamp now) {
  node_settings settings;
  settings.data_folder = folder.path() / "data";
  settings.relay.url = "null:";
  settings.retention.addresses = 72h;
  settings.retention.campaigns = 48h;
  return expect(node::open(std::move(settings), make_relay, nullptr, [now] { return now; }));
}

/// Returns once campaigns of that node are gone; true at once where they are.
void wait_until_gone(node& in, const std::vector<campaign_id>& all) {
  std::promise<void> gone;
  std::atomic<bool> is_told = false;
  const auto look = [&] {
    const auto is_there = [&](campaign_id one) { return in.campaigns().find(one, in.now()).has_value(); };
    if (std::ranges::none_of(all, is_there) && !is_told.exchange(true))
      gone.set_value();
  };
  const auto watching = in.campaigns().subscribe([&](campaign_id, const view_ptr&) { look(); });
  look();
  gone.get_future().wait();
  in.campaigns().unsubscribe(watching);
}

audience_id import_retained(node& into, const char* name) {
  auto writer = expect(into.store().audiences().begin(name, into.now()));
  REQUIRE(expect(writer->add({.email = "ann@example.com", .fields = {}})));
  return expect(writer->commit({{"olga", ""}, into.now()})).id;
}

campaign_id draft_of(node& in, audience_id list) {
  std::promise<result<campaign_view>> made;
  in.create({examples::spec(), list, "test", ""},
            [&](result<campaign_view> view) { made.set_value(std::move(view)); });
  return expect(made.get_future().get()).id;
}

void cancel(node& in, campaign_id one) {
  std::promise<result<command_answer>> done;
  in.command(one, {command_kind::cancel, "test", "", "", {}},
             [&](result<command_answer> answer) { done.set_value(std::move(answer)); });
  expect(done.get_future().get());
}

} // namespace

TEST_CASE("a node that has stopped answers what it is asked with unavailable") {
  small_node at;
  const auto id = expect(at.create()).id;
  at.engine->stop();
  const auto told = at.tell(id, command_kind::discard);
  REQUIRE(!told);
  CHECK(told.error().code == error_code::unavailable);
  const auto made = at.create();
  REQUIRE(!made);
  CHECK(made.error().code == error_code::unavailable);
}

TEST_CASE("commands that are under way when a node stops are answered, each once") {
  small_node at;
  const auto id = expect(at.create()).id;
  constexpr int asked = 200;
  std::atomic<int> answers = 0;
  for (int one = 0; one < asked; ++one)
    at.engine->command(id, {command_kind::start, "test", "", "", {}},
                       [&](const result<command_answer>&) { ++answers; });
  at.engine->stop();
  at.engine.reset();
  CHECK(answers == asked);
}

TEST_CASE("a callback that throws ends no other command") {
  small_node at;
  const auto id = expect(at.create()).id;
  std::promise<void> called;
  at.engine->command(id, {command_kind::discard, "test", "", "", {}}, [&](const result<command_answer>&) {
    called.set_value();
    throw std::runtime_error("the embedding program's own affair");
  });
  called.get_future().wait();
  CHECK(at.create());
}

TEST_CASE("a node that is opened again has its campaigns, and those that are resting take commands") {
  temporary_folder folder;
  campaign_id id;
  {
    small_node first;
    id = expect(first.create()).id;
    first.engine->stop();
    first.engine.reset();
    std::filesystem::rename(first.folder.path() / "data", folder.path() / "data");
  }
  auto second = small_node::open(folder);
  CHECK(second->campaigns().find(id, second->now()).has_value());
  std::promise<result<command_answer>> done;
  second->command(id, {command_kind::discard, "test", "", "", {}},
                  [&](result<command_answer> answer) { done.set_value(std::move(answer)); });
  CHECK(done.get_future().get());
  CHECK(!second->campaigns().find(id, second->now()));
}

TEST_CASE("an engine that starts deletes the lists that are kept no longer, and its log says so") {
  const temporary_folder folder;
  audience_id over;
  audience_id in_use;
  audience_id unused;
  {
    const auto engine = open_retaining(folder, at_second(0));
    over = import_retained(*engine, "over");
    in_use = import_retained(*engine, "in use");
    unused = import_retained(*engine, "unused");
    cancel(*engine, draft_of(*engine, over));
    cancel(*engine, draft_of(*engine, in_use));
    draft_of(*engine, in_use);
  }
  open_retaining(folder, at_second(86'399));
  const auto engine = open_retaining(folder, at_second(86'400));
  const auto known = [&](audience_id one) { return engine->store().audiences().info(one).has_value(); };
  CHECK_FALSE(known(over));
  CHECK(known(in_use));
  CHECK(known(unused));
  std::vector<house::audience_deleted> deleted;
  expect(read_house_log(engine->store().journal(), 1, [&](const stored_house_event& one) {
    if (const auto* event = std::get_if<house::audience_deleted>(&one.event.body)) {
      CHECK(one.event.by.name.empty());
      deleted.push_back(*event);
    }
    return true;
  }));
  REQUIRE(deleted.size() == 1);
  CHECK(deleted.front().audience == over);
}

TEST_CASE(
    "an engine removes campaigns that are kept no longer, gives nobody their ids, and then their lists go") {
  const temporary_folder folder;
  audience_id list;
  std::vector<campaign_id> over;
  campaign_id draft;
  const auto ask_again = [](node& in) {
    std::promise<result<campaign_view>> made;
    in.create({examples::spec(), {}, "test", "once"},
              [&](result<campaign_view> view) { made.set_value(std::move(view)); });
    return made.get_future().get();
  };
  {
    const auto engine = open_removing(folder, at_second(0));
    list = import_retained(*engine, "over");
    draft = draft_of(*engine, {});
    for (auto number = 0; number < 5; ++number) {
      over.push_back(draft_of(*engine, list));
      cancel(*engine, over.back());
    }
    over.push_back(expect(ask_again(*engine)).id);
    cancel(*engine, over.back());
  }
  {
    const auto engine = open_removing(folder, at_second(2 * 86'400));
    wait_until_gone(*engine, over);
    CHECK(engine->campaigns().find(draft, engine->now()).has_value());
    CHECK(engine->store().audiences().info(list).has_value());
    const auto answered = ask_again(*engine);
    REQUIRE(!answered);
    CHECK(answered.error().notice ==
          notice{"campaign_removed", {{"campaign", to_string(over.back())}, {"at", at_second(2 * 86'400)}}});
  }
  const auto engine = open_removing(folder, at_second(3 * 86'400));
  CHECK(expect(engine->store().journal().campaigns()) == std::vector{draft});
  CHECK_FALSE(engine->store().audiences().info(list).has_value());
  CHECK(draft_of(*engine, {}).value == over.back().value + 1);
}
