// Snapshots, in both forms of the store.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

using namespace sluice;
using namespace sluice::testing;

TEST_CASE("a snapshot is loaded as it was saved, the newest one") {
  any_store store(every_kind());
  append_many(store->journal(), one_campaign, 0, 3);
  CHECK_FALSE(store->snapshots().load(one_campaign));
  store->snapshots().save(one_campaign, {.number = 2, .state = "two"});
  CHECK(store->snapshots().load(one_campaign) == snapshot{2, "two"});
  store->snapshots().save(one_campaign, {.number = 3, .state = std::string("th\0ree", 6)});
  CHECK(store->snapshots().load(one_campaign) == snapshot{3, std::string("th\0ree", 6)});
  CHECK_FALSE(store->snapshots().load({6}));
}

TEST_CASE("a snapshot of an event that is not in the log is passed over") {
  any_store store(every_kind());
  append_many(store->journal(), one_campaign, 0, 1);
  store->snapshots().save(one_campaign, {.number = 2, .state = "too early"});
  store->snapshots().save(one_campaign, {.number = 0, .state = "of nothing"});
  store->snapshots().save({6}, {.number = 1, .state = "of nobody"});
  CHECK_FALSE(store->snapshots().load(one_campaign));
  CHECK_FALSE(store->snapshots().load({6}));
}
