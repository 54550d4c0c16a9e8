// How entries of the suppression list are stored: the bytes of each version, and what a restart makes of them.
#include "tests/catch.hpp"
#include "tests/unit/persistence/rocksdb/house_of.hpp"

#include "persistence/big_endian.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/suppression_keys.hpp"
#include "persistence/rocksdb/suppressions.hpp"

#include <rocksdb/write_batch.h>

using namespace sluice;
using namespace sluice::testing;
using namespace std::string_literals;

namespace {

suppression entry(std::string target, std::string list = {}, std::optional<timestamp> until = {}) {
  return {.email = std::move(target),
          .reason = "bounced",
          .since = timestamp(milliseconds(0x0102030405)),
          .list = std::move(list),
          .until = until};
}

std::unique_ptr<rocksdb_database> database_in(const std::filesystem::path& folder, std::int64_t second) {
  rocksdb_environment environment;
  environment.now = [second] { return at_second(second); };
  return expect(rocksdb_database::open(folder, open_mode::read_write, std::move(environment)));
}

std::size_t count_keys(const rocksdb_database& database) {
  const std::unique_ptr<rocksdb::Iterator> keys(
      database.db().NewIterator({}, database[family::suppressions]));
  std::size_t count = 0;
  for (keys->SeekToFirst(); keys->Valid(); keys->Next())
    ++count;
  return count;
}

} // namespace

TEST_CASE("the bytes of a suppression of each version are those that were promised, and are read back") {
  const auto plain = entry("ann@example.com");
  const auto bytes = "\0\0\0\1\2\3\4\5bounced"s;
  CHECK(encode_suppression(plain) == bytes);
  CHECK(decode_suppression("ann@example.com", bytes) == plain);

  const auto ending = entry("@example.com", "Weekly", timestamp(milliseconds(0x060708090a)));
  const auto ending_bytes = "\2\0\0\0\1\2\3\4\5\0\0\0\6\7\x8\x9\xa"
                            "bounced"s;
  CHECK(encode_suppression(ending) == ending_bytes);
  const auto key = list_prefix("Weekly") + "@example.com";
  CHECK(key == "\xffWeekly\0@example.com"s);
  CHECK(decode_suppression(key, ending_bytes) == ending);

  const auto end = end_key(*ending.until, key);
  CHECK(end == "\0\0\0\0\6\7\x8\x9\xa\xffWeekly\0@example.com"s);
  REQUIRE(read_end_key(end));
  CHECK(read_end_key(end)->until == *ending.until);
  CHECK(read_end_key(end)->entry_key == key);
}

TEST_CASE("bytes that are no suppression are none") {
  for (const auto& bytes : {""s, "\0\0\0"s, "\2\0\0\0\1\2\3\4\5\0\0"s})
    CHECK_FALSE(decode_suppression("ann@example.com", bytes));
  CHECK_FALSE(read_end_key("ann@example.com"));
  CHECK_FALSE(read_end_key("\0\0\0"s));
}

TEST_CASE("entries of domains and lists are found after a restart too") {
  const temporary_folder folder;
  {
    const auto database = database_in(folder.path(), 0);
    house_of house(*database);
    rocksdb_suppressions list(*database, house.log);
    CHECK(expect(list.add({entry("@*.example.com", "Weekly"), entry("@shop.example")}, {})) == 2);
  }
  const auto database = database_in(folder.path(), 0);
  house_of house(*database);
  const rocksdb_suppressions list(*database, house.log);
  const auto found = expect(
      list.find({"ann@a.example.com", "bob@shop.example", "eve@else.example"}, {"Weekly", at_second(0)}));
  CHECK(found[0].has_value());
  CHECK(found[1].has_value());
  CHECK_FALSE(found[2].has_value());
  CHECK_FALSE(expect(list.find({"ann@a.example.com"}, {"Monthly", at_second(0)})).front().has_value());
}

TEST_CASE("entries that have ended leave the store at a start and with later changes, others stay") {
  const temporary_folder folder;
  {
    const auto database = database_in(folder.path(), 0);
    house_of house(*database);
    rocksdb_suppressions list(*database, house.log);
    auto renewed = entry("renewed@example.com", {}, at_second(10));
    expect(list.add({entry("gone@example.com", {}, at_second(10)),
                     entry("@gone.example", "Weekly", at_second(10)),
                     entry("later@example.com", {}, at_second(1'000)), entry("ever@example.com"), renewed},
                    {}));
    renewed.until = at_second(2'000);
    CHECK(expect(list.add({renewed}, {})) == 1);
  }
  const auto database = database_in(folder.path(), 500);
  house_of house(*database);
  rocksdb_suppressions list(*database, house.log);
  CHECK(count_keys(*database) == 5); // three entries, and when two of them end
  auto next = entry("next@example.com");
  next.since = at_second(1'500);
  expect(list.add({next}, {}));
  CHECK(count_keys(*database) == 4);
}
