// A campaign that is removed: what goes with it, what stays, and that nobody gets its id.
#include "persistence/house_tables.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

using namespace sluice;
using namespace sluice::testing;

namespace {

constexpr campaign_id leaving{2};
constexpr campaign_id staying{1};
constexpr timestamp removed_at{
    milliseconds{4'102'444'800'000}}; // later than a store is made, by any clock of now

/// As its log stands now.
house::campaign_removed removal_of(store& in, campaign_id id) {
  const auto head = expect(std::as_const(in).journal().head(id));
  return {.campaign = id,
          .name = "Spring",
          .status = "sent",
          .total = 10,
          .accepted = 8,
          .refused = 1,
          .skipped = 1,
          .audience = {7},
          .last = head.number,
          .hash = to_hex(head.hash),
          .over_since = at_second(3)};
}

std::vector<house::campaign_removed> removals_in(store& of) {
  std::vector<house::campaign_removed> told;
  expect(read_house_log(of.journal(), 1, [&](const stored_house_event& one) {
    if (const auto* removed = std::get_if<house::campaign_removed>(&one.event.body))
      told.push_back(*removed);
    return true;
  }));
  return told;
}

error error_removing(store& from, house::campaign_removed what) {
  const auto done = from.removed_campaigns().remove(std::move(what), {{}, removed_at});
  if (done)
    throw std::runtime_error("the campaign was removed");
  return done.error();
}

} // namespace

TEST_CASE("a removed campaign's log and snapshot are gone, the house's log tells of it, and others stay") {
  any_store store(every_kind());
  append_many(store->journal(), staying, 0, 3);
  append_many(store->journal(), leaving, 0, 300);
  store->snapshots().save(leaving, {.number = 300, .state = "three hundred"});
  store->snapshots().save(staying, {.number = 3, .state = "three"});
  const auto told = removal_of(*store, leaving);
  expect(store->removed_campaigns().remove(told, {{}, removed_at}));
  for (auto time = 0; time < (store.reopens() ? 2 : 1); ++time) {
    CHECK(expect(store->journal().campaigns()) == std::vector{staying});
    CHECK(read_all(store->journal(), leaving).empty());
    CHECK(expect(std::as_const(*store).journal().head(leaving)) == log_head{});
    CHECK_FALSE(store->snapshots().load(leaving));
    CHECK(expect(store->snapshots().marks()).size() == 1);
    CHECK(read_all(store->journal(), staying).size() == 3);
    CHECK(store->snapshots().load(staying));
    CHECK(removals_in(*store) == std::vector{told});
    const auto known = expect(store->removed_campaigns().find(leaving));
    CHECK(known == removed_campaign{leaving, removed_at, at_second(3), {7}});
    CHECK_FALSE(expect(store->removed_campaigns().find(staying)));
    const auto fact = expect(read_house_tables(store->journal())).removed_campaigns().at(leaving);
    CHECK(fact.end.number == 300);
    CHECK(fact.at == removed_at);
    CHECK(no_such_campaign(store->removed_campaigns(), leaving).notice ==
          notice{"campaign_removed", {{"campaign", "c2"}, {"at", removed_at}}});
    CHECK(no_such_campaign(store->removed_campaigns(), {99}).notice.code == "campaign_unknown");
    CHECK(gone_meanwhile(store->removed_campaigns(), {99}).notice.code == "campaign_discarded");
    if (store.reopens())
      store.reopen();
  }
}

TEST_CASE("a campaign is removed only where its log ends as is said, else nothing is written") {
  any_store store(every_kind());
  append_many(store->journal(), leaving, 0, 3);
  expect(store->house().record({{at_second(1), {}, house::sealed{1, "a"}}}));
  const auto before = store->house().last_number();
  const auto right = removal_of(*store, leaving);
  append_many(store->journal(), leaving, 3, 1);
  CHECK(error_removing(*store, right).code == error_code::conflict);
  auto wrong = removal_of(*store, leaving);
  wrong.hash = right.hash;
  CHECK(error_removing(*store, wrong).code == error_code::conflict);
  wrong.hash = "no hash";
  CHECK(error_removing(*store, wrong).code == error_code::conflict);
  auto unknown = right;
  unknown.campaign = {99};
  CHECK(error_removing(*store, unknown).code == error_code::conflict);
  CHECK(store->house().last_number() == before);
  CHECK(read_all(store->journal(), leaving).size() == 4);
  CHECK_FALSE(expect(store->removed_campaigns().find(leaving)));
}

TEST_CASE("who still holds a removed campaign appends nothing to it") {
  any_store store(every_kind());
  append_many(store->journal(), leaving, 0, 3);
  expect(store->removed_campaigns().remove(removal_of(*store, leaving), {{}, removed_at}));
  const auto answer = append_now(store->journal(), request(leaving, 3, {cancelled_saying("late")}));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == error_code::conflict);
  store->snapshots().save(leaving, {.number = 3, .state = "late"});
  CHECK(expect(store->snapshots().marks()).empty());
  CHECK(expect(store->journal().campaigns()).empty());
  CHECK(error_removing(*store, removal_of(*store, leaving)).code == error_code::conflict);
}

TEST_CASE("the id of a removed campaign is never given again, though it was the highest") {
  any_store store(every_kind());
  append_many(store->journal(), staying, 0, 1);
  append_many(store->journal(), leaving, 0, 1);
  expect(store->removed_campaigns().remove(removal_of(*store, leaving), {{}, removed_at}));
  if (store.reopens())
    store.reopen();
  CHECK(expect(store->next_campaign()) == campaign_id{3});
}

TEST_CASE("an answer that was kept under a removed campaign's key stays") {
  any_store store(every_kind());
  auto made = request(leaving, 0, {cancelled_saying("one")});
  made.key = key_record{.key = "shop\nabc",
                        .what = "create",
                        .campaign = leaving,
                        .answer = {.status = status::draft, .changed = true, .version = 1, .in_flight = 0},
                        .at = at_second(1)};
  expect(append_now(store->journal(), made));
  expect(store->removed_campaigns().remove(removal_of(*store, leaving), {{}, removed_at}));
  CHECK(expect(store->journal().find_key("shop\nabc"))->campaign == leaving);
}

TEST_CASE("removed campaigns are visited lowest first") {
  any_store store(every_kind());
  for (const std::uint64_t id : {256U, 3U, 1U}) {
    append_many(store->journal(), {id}, 0, 1);
    expect(store->removed_campaigns().remove(removal_of(*store, {id}), {{}, removed_at}));
  }
  std::vector<campaign_id> visited;
  expect(store->removed_campaigns().visit([&](const removed_campaign& one) { visited.push_back(one.id); }));
  CHECK(visited == std::vector<campaign_id>{{1}, {3}, {256}});
}
