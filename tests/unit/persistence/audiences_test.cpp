// Audiences, in both forms of the store.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/rocksdb/audiences.hpp"

#include <random>
#include <thread>

using namespace sluice;
using namespace sluice::testing;

namespace {

recipient person(std::size_t number) {
  return {.email = "person" + std::to_string(number) + "@example.com",
          .fields = {{1, "Name " + std::to_string(number)}}};
}

audience_info import_people(store& to, std::size_t count, std::string name = "people") {
  auto writer = expect(to.audiences().begin(std::move(name), at_second(0)));
  CHECK(expect(writer->column("name")) == 1);
  for (std::size_t number = 0; number < count; ++number)
    CHECK(expect(writer->add(person(number))));
  return expect(writer->commit({}));
}

} // namespace

TEST_CASE("an audience is read back row by row as it was imported") {
  any_store store(every_kind());
  const std::size_t count = audience_chunk_rows_max * 3 + 17;
  const auto info = import_people(*store, count);
  CHECK(info.size == count);
  CHECK(info.name == "people");
  CHECK(info.columns == std::vector<std::string>{"email", "name"});
  CHECK(info.created_at == at_second(0));
  CHECK(is_tree_hash(info.hash));
  CHECK(expect(store->audiences().info(info.id)) == info);

  const auto all = expect(store->audiences().read(info.id, 0, count));
  REQUIRE(all.size() == count);
  for (std::size_t number = 0; number < count; ++number)
    CHECK(all[number] == person(number));
}

TEST_CASE("any page of an audience can be read, also over its end") {
  any_store store(every_kind());
  const std::size_t count = audience_chunk_rows_max * 4;
  const auto info = import_people(*store, count);
  std::mt19937 random(17);
  for (int round = 0; round < 100; ++round) {
    const auto first = random() % (count + 20);
    const auto wanted = random() % 300;
    const auto page = expect(store->audiences().read(info.id, static_cast<letter_index>(first), wanted));
    CHECK(page.size() == (first < count ? std::min<std::size_t>(wanted, count - first) : 0));
    for (std::size_t index = 0; index < page.size(); ++index)
      CHECK(page[index] == person(first + index));
  }
}

TEST_CASE("an address is taken once, whatever its case, also many rows later") {
  any_store store(every_kind());
  auto writer = expect(store->audiences().begin("doubles", at_second(0)));
  constexpr std::size_t count = 1'000;
  for (std::size_t number = 0; number < count; ++number)
    CHECK(expect(writer->add({.email = "Person" + std::to_string(number) + "@example.com", .fields = {}})));
  for (std::size_t number = 0; number < count; number += 7)
    CHECK_FALSE(
        expect(writer->add({.email = "pErson" + std::to_string(number) + "@example.com", .fields = {}})));
  CHECK(expect(writer->add({.email = "one.more@example.com", .fields = {}})));
  CHECK_FALSE(expect(writer->add({.email = "one.more@example.com", .fields = {}})));
  const auto info = expect(writer->commit({}));
  CHECK(info.size == count + 1);
  CHECK(expect(store->audiences().read(info.id, 5, 1)).front().email == "Person5@example.com");
}

TEST_CASE("an address is found where it stands") {
  any_store store(every_kind());
  const auto info = import_people(*store, 500);
  CHECK(expect(store->audiences().find(info.id, "person321@example.com")) == letter_index{321});
  CHECK(expect(store->audiences().find(info.id, "PERSON321@EXAMPLE.COM")) == letter_index{321});
  CHECK_FALSE(expect(store->audiences().find(info.id, "person500@example.com")));
  CHECK_FALSE(expect(store->audiences().find(info.id, "")));
}

TEST_CASE("many addresses are found at once, each at its place, in whatever order and however often they are "
          "asked for") {
  any_store store(every_kind());
  constexpr std::size_t count = 5'000;
  const auto info = import_people(*store, count);
  std::vector<std::string> asked;
  std::mt19937 random(3);
  for (std::size_t number = 0; number < 3 * count; ++number)
    asked.push_back((number % 2 == 0 ? "person" : "PERSON") + std::to_string(random() % (2 * count)) +
                    "@example.com");
  const std::vector<std::string_view> emails(asked.begin(), asked.end());
  const auto found = expect(store->audiences().find_all(info.id, emails));
  REQUIRE(found.size() == asked.size());
  for (std::size_t place = 0; place < asked.size(); ++place) {
    const auto number = static_cast<letter_index>(std::stoul(asked[place].substr(6)));
    CHECK(found[place] == (number < count ? std::optional(number) : std::nullopt));
  }
  CHECK(expect(store->audiences().find_all(info.id, {})).empty());
  CHECK(store->audiences().find_all({999}, emails).error().code == error_code::not_found);
}

TEST_CASE("the answer to an idempotency key is remembered in the write that makes audiences") {
  any_store store(every_kind());
  std::vector<std::unique_ptr<audience_writer>> writers;
  writers.push_back(expect(store->audiences().begin("people", at_second(0))));
  CHECK(expect(writers.front()->column("name")) == 1);
  expect(writers.front()->add(person(1)));
  const auto key = [](const std::vector<audience_info>& made) {
    return key_record{.key = "\nid\nk",
                      .what = "POST /v1/audiences",
                      .campaign = {},
                      .answer = {},
                      .at = at_second(1),
                      .response = to_string(made.front().id)};
  };
  const auto made = expect(store->audiences().commit_all(writers, {}, key));
  const auto kept = expect(store->journal().find_key_of("id", "name", "k"));
  REQUIRE(kept);
  CHECK(kept->response == to_string(made.front().id));
  CHECK(expect(store->journal().campaigns()).empty());
}

TEST_CASE("nothing of an import is seen before its commit, nor after it was broken off") {
  any_store store(every_kind());
  {
    auto writer = expect(store->audiences().begin("broken off", at_second(0)));
    for (std::size_t number = 0; number < 1'000; ++number)
      expect(writer->add({.email = person(number).email, .fields = {}}));
    CHECK(expect(store->audiences().list()).empty());
    CHECK(store->audiences().info({1}).error().code == error_code::not_found);
    CHECK(store->audiences().read({1}, 0, 10).error().code == error_code::not_found);
    CHECK(store->audiences().find({1}, person(1).email).error().code == error_code::not_found);
  }
  CHECK(expect(store->audiences().list()).empty());
  CHECK(store->audiences().info({1}).error().code == error_code::not_found);
}

TEST_CASE("ids rise and are never used again, broken-off imports included") {
  any_store store(every_kind());
  const auto first = import_people(*store, 1, "first");
  static_cast<void>(expect(store->audiences().begin("broken off", at_second(0))));
  const auto second = import_people(*store, 1, "second");
  CHECK(first.id < second.id);
  CHECK(second.id.value == first.id.value + 2);
  const auto all = expect(store->audiences().list());
  REQUIRE(all.size() == 2);
  CHECK(all[0] == first);
  CHECK(all[1] == second);
}

TEST_CASE(
    "the hash of an audience is that of its columns and rows, in order, and of random bytes beside them") {
  const auto hash_of = [](store_kind kind, const std::vector<std::string>& columns,
                          const std::vector<recipient>& rows) {
    any_store store(kind);
    auto writer = expect(store->audiences().begin("any name", at_second(rows.size() == 1 ? 1 : 2)));
    for (const auto& column : columns)
      expect(writer->column(column));
    for (const auto& row : rows)
      expect(writer->add(row));
    return expect(writer->commit({})).hash;
  };
  const recipient ann{"ann@example.com", {{1, "Ann"}}};
  const recipient bob{"bob@example.com", {{1, "Bob"}}};
  const recipient bert{"bob@example.com", {{1, "Bert"}}};
  // In memory they are the same each time.
  const auto hash = hash_of(store_kind::memory, {"name"}, {ann, bob});
  CHECK(hash == hash_of(store_kind::memory, {"name"}, {ann, bob}));
  CHECK(hash != hash_of(store_kind::rocksdb, {"name"}, {ann, bob}));
  CHECK(hash != hash_of(store_kind::memory, {"name"}, {bob, ann}));
  CHECK(hash != hash_of(store_kind::memory, {"nick"}, {ann, bob}));
  CHECK(hash != hash_of(store_kind::memory, {"name"}, {ann, bert}));
  CHECK(hash != hash_of(store_kind::memory, {"name"}, {ann}));
}

TEST_CASE("an import without any row, with wrong columns or with an endless row is refused") {
  any_store store(every_kind());
  auto writer = expect(store->audiences().begin("limits", at_second(0)));
  CHECK(writer->commit({}).error().code == error_code::invalid_input);
  CHECK(writer->add({.email = "", .fields = {}}).error().code == error_code::invalid_input);
  CHECK(writer->add({.email = "a@example.com", .fields = {{1, "no such column"}}}).error().code ==
        error_code::invalid_input);
  CHECK(expect(writer->column("email")) == 0);
  for (std::size_t column = 1; column < audience_columns_max; ++column)
    CHECK(expect(writer->column("c" + std::to_string(column))) == column);
  CHECK(writer->column("one too many").error().code == error_code::too_large);
  CHECK(expect(writer->column("c17")) == 17);
  CHECK(writer->add({.email = "a@example.com", .fields = {{1, std::string(2U << 20U, 'x')}}}).error().code ==
        error_code::too_large);
  CHECK(expect(writer->add({.email = "a@example.com", .fields = {{255, std::string(500'000, 'x')}}})));
  CHECK(expect(writer->commit({})).size == 1);
  CHECK_FALSE(writer->add({.email = "late@example.com", .fields = {}}));
  CHECK_FALSE(writer->commit({}));
}

TEST_CASE("role addresses are counted") {
  any_store store(every_kind());
  auto writer = expect(store->audiences().begin("roles", at_second(0)));
  for (const auto* email : {"info@example.com", "ann@example.com", "sales@example.com"})
    expect(writer->add({.email = email, .fields = {}}));
  CHECK(expect(writer->commit({})).role_addresses == 2);
}

TEST_CASE("imports side by side do not mix") {
  any_store store(every_kind());
  const auto import = [&store](std::size_t offset) {
    auto writer = expect(store->audiences().begin("part", at_second(0)));
    for (std::size_t number = 0; number < 2'000; ++number)
      expect(writer->add({.email = person(offset + number).email, .fields = {}}));
    return expect(writer->commit({}));
  };
  audience_info left;
  audience_info right;
  std::thread other([&] { right = import(1'000); });
  left = import(0);
  other.join();
  for (const auto& [info, offset] : {std::pair(left, 0U), std::pair(right, 1'000U)}) {
    CHECK(info.size == 2'000);
    const auto rows = expect(store->audiences().read(info.id, 0, 2'000));
    REQUIRE(rows.size() == 2'000);
    for (std::size_t number = 0; number < rows.size(); ++number)
      CHECK(rows[number].email == person(offset + number).email);
  }
}

TEST_CASE("rows are read in pieces of bounded bytes, one row at least") {
  any_store store(every_kind());
  const std::size_t count = audience_chunk_rows_max + 40;
  const auto info = import_people(*store, count);
  const auto all = expect(store->audiences().read(info.id, 0, count));
  REQUIRE(all.size() == count);
  for (const std::size_t bytes_max : {std::size_t{0}, std::size_t{100}, std::size_t{2'000}}) {
    std::vector<recipient> collected;
    while (collected.size() < count) {
      const auto rows = expect(store->audiences().read_rows(
          info.id, static_cast<letter_index>(collected.size()), count - collected.size(), bytes_max));
      REQUIRE_FALSE(rows.empty());
      std::size_t bytes = 0;
      for (std::size_t row = 0; row < rows.size(); ++row) {
        collected.push_back(to_recipient(rows[row]));
        bytes += rows[row].email.size();
      }
      CHECK((rows.size() == 1 || bytes <= bytes_max));
    }
    CHECK(collected == all);
  }
  CHECK(expect(store->audiences().read_rows(info.id, static_cast<letter_index>(count), 10)).empty());
}

TEST_CASE("a deleted audience is gone for every question, which is told when it was deleted, and its id "
          "stays taken") {
  any_store store(every_kind());
  const auto kept = import_people(*store, 300, "kept");
  const auto info = import_people(*store, 1'000, "old customers");
  expect(store->audiences().remove(info.id, {{}, at_second(60)}));
  const auto says_deleted = [&](const error& why) {
    CHECK(why.code == error_code::not_found);
    CHECK(why.notice ==
          notice{"audience_deleted",
                 {{"audience", to_string(info.id)}, {"name", "old customers"}, {"at", at_second(60)}}});
  };
  says_deleted(store->audiences().info(info.id).error());
  says_deleted(store->audiences().read(info.id, 0, 10).error());
  says_deleted(store->audiences().find(info.id, person(1).email).error());
  says_deleted(store->audiences().rename(info.id, "again", {}).error());
  says_deleted(store->audiences().remove(info.id, {{}, at_second(61)}).error());
  CHECK(expect(store->audiences().list()) == std::vector{kept});
  CHECK(expect(store->audiences().read(kept.id, 0, 300)).size() == 300);
  CHECK(store->audiences().remove({99}, {{}, at_second(61)}).error().notice.code == "audience_unknown");
  CHECK(import_people(*store, 1, "next").id.value == info.id.value + 1);
}

TEST_CASE("a deletion stays over a restart, and so does the id that it took") {
  const temporary_folder folder;
  audience_info info;
  {
    const auto store = expect(open_store(folder.path(), open_mode::read_write));
    info = import_people(*store, 1'000);
    expect(store->audiences().remove(info.id, {{}, at_second(60)}));
  }
  const auto store = expect(open_store(folder.path(), open_mode::read_write));
  CHECK(store->audiences().info(info.id).error().notice.code == "audience_deleted");
  CHECK(expect(store->audiences().list()).empty());
  CHECK(info.id < import_people(*store, 1).id);
}

TEST_CASE("a renamed audience is the same under another name") {
  any_store store(every_kind());
  const auto info = import_people(*store, 10, "before");
  auto renamed = info;
  renamed.name = "after";
  CHECK(expect(store->audiences().rename(info.id, "after", {})) == renamed);
  CHECK(expect(store->audiences().info(info.id)) == renamed);
  CHECK(expect(store->audiences().list()) == std::vector{renamed});
  CHECK(expect(store->audiences().find(info.id, person(7).email)) == letter_index{7});
  CHECK(store->audiences().rename({99}, "none", {}).error().code == error_code::not_found);
}

TEST_CASE("audiences that are committed together come all or not at all") {
  any_store store(every_kind());
  const auto begin = [&](std::size_t count) {
    auto writer = expect(store->audiences().begin("part", at_second(0)));
    for (std::size_t number = 0; number < count; ++number)
      expect(writer->add({.email = person(number).email, .fields = {}}));
    return writer;
  };
  {
    std::vector<std::unique_ptr<audience_writer>> writers;
    writers.push_back(begin(200));
    writers.push_back(begin(0));
    CHECK(store->audiences().commit_all(writers, {}).error().code == error_code::invalid_input);
  }
  CHECK(expect(store->audiences().list()).empty());
  std::vector<std::unique_ptr<audience_writer>> writers;
  writers.push_back(begin(200));
  writers.push_back(begin(30));
  const auto made = expect(store->audiences().commit_all(writers, {}));
  REQUIRE(made.size() == 2);
  CHECK(made[0].size == 200);
  CHECK(made[1].size == 30);
  CHECK(expect(store->audiences().list()) == made);
}
