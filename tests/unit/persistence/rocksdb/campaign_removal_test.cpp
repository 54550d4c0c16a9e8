// The removal of a campaign on a disk that fails or loses its power: it is there whole, or it is gone and told of.
#include "tests/catch.hpp"
#include "tests/unit/persistence/rocksdb/test_disk.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/house_tables.hpp"
#include "persistence/rocksdb/store.hpp"

#include <fstream>
#include <iterator>

using namespace sluice;
using namespace sluice::testing;

namespace {

std::unique_ptr<store> store_on(const temporary_folder& folder, const std::shared_ptr<test_disk>& disk) {
  return expect(open_rocksdb_store(folder.path(), open_mode::read_write, {.files = disk}));
}

result<void> remove_now(store& from, campaign_id id) {
  const auto head = expect(std::as_const(from).journal().head(id));
  return from.removed_campaigns().remove({.campaign = id,
                                          .name = {},
                                          .status = {},
                                          .audience = {},
                                          .last = head.number,
                                          .hash = to_hex(head.hash),
                                          .over_since = at_second(3)},
                                         {{}, at_second(9)});
}

/// Whether it is gone, and all that tells of that agrees.
bool is_removed_whole(store& in, campaign_id id) {
  const auto is_told = expect(read_house_tables(in.journal())).removed_campaigns().contains(id);
  CHECK(expect(in.removed_campaigns().find(id)).has_value() == is_told);
  CHECK(expect(in.journal().campaigns()).empty() == is_told);
  CHECK(expect(in.snapshots().marks()).empty() == is_told);
  CHECK(read_all(in.journal(), id).size() == (is_told ? 0 : 20));
  return is_told;
}

void make_campaign(store& in) {
  append_many(in.journal(), one_campaign, 0, 20);
  in.snapshots().save(one_campaign, {.number = 20, .state = "twenty"});
}

} // namespace

TEST_CASE(
    "a power cut leaves a campaign whole that was not removed yet, and gone one whose removal was answered") {
  const auto kept_percent = GENERATE(0U, 50U, 99U, 100U);
  const auto is_answered = GENERATE(true, false);
  const temporary_folder folder;
  const auto disk = std::make_shared<test_disk>();
  {
    const auto store = store_on(folder, disk);
    make_campaign(*store);
    expect(append_now(store->journal(), request({7}, 0, {cancelled_saying("synced behind the snapshot")})));
    expect(remove_now(*store, {7}));
    if (!is_answered)
      disk->cut_power();
    expect(remove_now(*store, one_campaign));
    if (is_answered)
      disk->cut_power();
  }
  disk->lose_unsynced(kept_percent);
  const auto store = expect(open_store(folder.path(), open_mode::read_write));
  const auto is_removed = is_removed_whole(*store, one_campaign);
  if (is_answered)
    CHECK(is_removed);
  else if (kept_percent == 0)
    CHECK_FALSE(is_removed);
  CHECK(expect(store->next_campaign()) == campaign_id{8});
}

TEST_CASE("a disk that does not take a removal leaves the campaign, and takes it later") {
  const temporary_folder folder;
  const auto disk = std::make_shared<test_disk>();
  const auto store = store_on(folder, disk);
  make_campaign(*store);
  disk->fail_with(test_disk::fault::full);
  CHECK(remove_now(*store, one_campaign).error().code == error_code::storage_failed);
  CHECK_FALSE(is_removed_whole(*store, one_campaign));
  disk->fail_with(test_disk::fault::none);
  CHECK(expect(append_now(store->journal(), request(one_campaign, 20, {cancelled_saying("goes on")}))) == 21);
  expect(remove_now(*store, one_campaign));
  CHECK(is_removed_whole(*store, one_campaign));
}
