#include "actors/node.hpp"
#include "actors/retention.hpp"
#include "adapters/relays.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <future>

using namespace sluice;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

audience_info retained_list(std::uint64_t id) {
  audience_info info;
  info.id = {id};
  return info;
}

std::shared_ptr<const campaign_view> retained_campaign(std::uint64_t list, stage at, timestamp changed_at) {
  campaign_view view;
  view.audience.id = {list};
  view.stage = at;
  view.changed_at = changed_at;
  return std::make_shared<const campaign_view>(std::move(view));
}

/// A node whose clock stands where the test says, and keeps addresses for a day.
std::unique_ptr<node> open_retaining(const temporary_folder& folder, timestamp now) {
  node_settings settings;
  settings.data_folder = folder.path() / "data";
  settings.relay.url = "null:";
  settings.retention.addresses = 24h;
  return expect(node::open(std::move(settings), make_relay, nullptr, [now] { return now; }));
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

TEST_CASE("a list is outdated once its campaigns have all been over for so long") {
  const auto now = at_second(1'000'000);
  const std::vector lists{retained_list(1), retained_list(2), retained_list(3), retained_list(4),
                          retained_list(5)};
  const std::vector campaigns{
      retained_campaign(1, stage::sent, now - 25h),  retained_campaign(1, stage::cancelled, now - 24h),
      retained_campaign(2, stage::sent, now - 25h),  retained_campaign(2, stage::sending, now - 500h),
      retained_campaign(3, stage::sent, now - 25h),  retained_campaign(3, stage::sent, now - 23h),
      retained_campaign(4, stage::draft, now - 25h), retained_campaign(9, stage::sent, now - 25h)};
  CHECK(outdated_lists(lists, campaigns, now, 24h) == std::vector{audience_id{1}});
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
