// What an engine wrote that compared international domains as they were written.
#include "tests/catch.hpp"
#include "tests/unit/persistence/rocksdb/house_of.hpp"

#include "persistence/big_endian.hpp"
#include "persistence/rocksdb/audience_keys.hpp"
#include "persistence/rocksdb/audiences.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/suppressions.hpp"

#include <rocksdb/write_batch.h>

using namespace sluice;
using namespace sluice::testing;

TEST_CASE(
    "an address that was suppressed in another spelling of its domain is found, kept once and removed") {
  const temporary_folder folder;
  const auto database = expect(rocksdb_database::open(folder.path(), open_mode::read_write, {}));
  rocksdb::WriteBatch batch;
  std::string value;
  append_big_endian(value, std::uint64_t{7});
  batch.Put((*database)[family::suppressions], "ann@bücher.example", value + "unsubscribed");
  expect(database->write(batch, durability::synced));
  house_of house(*database);
  rocksdb_suppressions list(*database, house.log);
  expect(list.add({{.email = "ann@shop.example", .reason = "bounced", .since = {}}}, {}));
  const auto page = expect(list.list({.limit = 1, .now = at_second(1)}));
  REQUIRE(page.entries.size() == 1);
  CHECK(page.next == "ann@bücher.example");
  CHECK(expect(list.list({.after = page.next, .now = at_second(1)})).entries.front().email ==
        "ann@shop.example");
  for (const auto* spelling : {"ann@bücher.example", "Ann@xn--bcher-kva.example", "ann@BÜCHER.example"}) {
    INFO(spelling);
    CHECK(expect(list.find({"bob@shop.example", spelling}, {{}, at_second(1)})).back()->reason ==
          "unsubscribed");
    CHECK(expect(list.add({{.email = spelling, .reason = "operator", .since = {}}}, {})) == 0);
  }
  CHECK_FALSE(expect(list.find({"ann@xn--bcher-kvb.example"}, {{}, at_second(1)})).front());
  CHECK(expect(list.remove({"ann@xn--bcher-kva.example"}, "", {})) == 1);
  CHECK_FALSE(expect(list.find({"ann@bücher.example"}, {{}, at_second(1)})).front());
}

TEST_CASE("a row is found that was indexed under another spelling of its domain") {
  const temporary_folder folder;
  const auto database = expect(rocksdb_database::open(folder.path(), open_mode::read_write, {}));
  house_of house(*database);
  rocksdb_audiences audiences(*database, house.log);
  auto writer = expect(audiences.begin("people", at_second(0)));
  REQUIRE(expect(writer->add({.email = "bob@shop.example", .fields = {}})));
  REQUIRE(expect(writer->add({.email = "ann@bücher.example", .fields = {}})));
  const auto id = expect(writer->commit({})).id;
  CHECK(expect(audiences.find(id, "ann@xn--bcher-kva.example")) == letter_index{1});
  rocksdb::WriteBatch batch;
  batch.Delete((*database)[family::audiences], address_key(id, "ann@xn--bcher-kva.example"));
  std::string value;
  append_big_endian(value, letter_index{1});
  batch.Put((*database)[family::audiences], address_key(id, "ann@bücher.example"), value);
  expect(database->write(batch, durability::synced));
  for (const auto* spelling : {"ann@bücher.example", "Ann@xn--bcher-kva.example", "ann@BÜCHER.example"})
    CHECK(expect(audiences.find(id, spelling)) == letter_index{1});
  CHECK_FALSE(expect(audiences.find(id, "eve@bücher.example")));
}
