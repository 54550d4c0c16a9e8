// What a deleted audience and a removed campaign leave on the disk.
#include "tests/catch.hpp"
#include "tests/unit/persistence/rocksdb/house_of.hpp"

#include "persistence/rocksdb/audience_keys.hpp"
#include "persistence/rocksdb/audiences.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/range_cleaner.hpp"
#include "persistence/rocksdb/removed_campaigns.hpp"
#include "persistence/rocksdb/snapshots.hpp"

#include <fstream>
#include <iterator>

using namespace sluice;
using namespace sluice::testing;

namespace {

/// Whether the bytes stand in any of a folder's tables.
bool tables_have(const std::filesystem::path& folder, std::string_view bytes) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".sst")
      continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(file)), {});
    if (all.find(bytes) != std::string::npos)
      return true;
  }
  return false;
}

std::unique_ptr<rocksdb_database> database_in(const std::filesystem::path& folder) {
  return expect(rocksdb_database::open(folder, open_mode::read_write, {}));
}

audience_info list_of(rocksdb_audiences& into, const std::string& email) {
  auto writer = expect(into.begin("one", at_second(0)));
  expect(writer->add({.email = email, .fields = {}}));
  return expect(writer->commit({}));
}

} // namespace

TEST_CASE("a deleted audience's addresses leave the disk, others stay") {
  const temporary_folder folder;
  const auto database = database_in(folder.path());
  house_of house(*database);
  rocksdb_audiences audiences(*database, house.log);
  list_of(audiences, "staying.qzjxkv@example.com");
  const auto deleted = list_of(audiences, "leaving.wvkqzj@example.com").id;
  REQUIRE(tables_have(folder.path(), "leaving.wvkqzj"));
  expect(audiences.remove(deleted, {{}, at_second(1)}));
  // What the store's own does at its leisure.
  range_cleaner cleaner(*database);
  cleaner.clean_up(ranges_of_deleted(deleted));
  cleaner.finish();
  CHECK_FALSE(expect(database->get(family::audiences, audience_key(garbage_mark, deleted))));
  CHECK_FALSE(tables_have(folder.path(), "leaving.wvkqzj"));
  CHECK(tables_have(folder.path(), "staying.qzjxkv"));
}

TEST_CASE(
    "a removed campaign's events and snapshot leave the disk, others stay, also where it was broken off") {
  const temporary_folder folder;
  const auto database = database_in(folder.path());
  house_of house(*database);
  rocksdb_snapshots snapshots(*database);
  append_many(house.journal(), {1}, 0, 1);
  expect(append_now(house.journal(), request({1}, 1, {cancelled_saying("staying.qzjxkv")})));
  expect(append_now(house.journal(), request({2}, 0, {cancelled_saying("leaving.wvkqzj")})));
  snapshots.save({2}, {.number = 1, .state = "leaving.too.wvkqzj"});
  expect(database->flush_all());
  REQUIRE(tables_have(folder.path(), "leaving.wvkqzj"));
  REQUIRE(tables_have(folder.path(), "leaving.too.wvkqzj"));
  {
    rocksdb_removed_campaigns removed(*database, house.log, snapshots);
    const auto head = expect(house.journal().head({2}));
    expect(removed.remove({.campaign = {2},
                           .name = {},
                           .status = {},
                           .audience = {},
                           .last = head.number,
                           .hash = to_hex(head.hash),
                           .over_since = at_second(1)},
                          {{}, at_second(2)}));
  }
  REQUIRE(tables_have(folder.path(), "leaving.wvkqzj"));
  // Made anew, it does what the one before was not asked for.
  rocksdb_removed_campaigns removed(*database, house.log, snapshots);
  removed.finish();
  CHECK_FALSE(tables_have(folder.path(), "leaving.wvkqzj"));
  CHECK_FALSE(tables_have(folder.path(), "leaving.too.wvkqzj"));
  CHECK(tables_have(folder.path(), "staying.qzjxkv"));
}
