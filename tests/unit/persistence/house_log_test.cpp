// Tables and the house's log: each change is told of, and what was changed behind it is found.
#include "messages/masked_address.hpp"
#include "persistence/audience_rows.hpp"
#include "persistence/house_tables.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <rapidcheck.h>

using namespace sluice;
using namespace sluice::testing;

namespace {

const act by_olga{{"olga", "aabbccdd"}, at_second(5)};

audience_info house_people(store& into, letter_index count) {
  auto writer = expect(into.audiences().begin("people", at_second(0)));
  const auto name = expect(writer->column("name"));
  for (letter_index row = 0; row < count; ++row)
    REQUIRE(expect(writer->add({"p" + std::to_string(row) + "@example.com", {{name, std::to_string(row)}}})));
  return expect(writer->commit(by_olga));
}

std::vector<std::string> house_types(store& of) {
  std::vector<std::string> types;
  expect(read_house_log(of.journal(), 1, [&](const stored_house_event& one) {
    types.emplace_back(type_of(one.event.body));
    return true;
  }));
  return types;
}

/// What an audit finds in the tables.
std::vector<table_fault> house_faults(store& of, timestamp now = at_second(100)) {
  auto tables = expect(read_house_tables(of.journal()));
  CHECK(tables.key_hash() == of.hider().key_hash());
  auto faults = tables.check_tokens(of.tokens().stored());
  for (auto& one : expect(tables.check_suppressions(of.suppressions(), of.hider(), now)))
    faults.push_back(std::move(one));
  const auto audiences = expect(of.audiences().list());
  for (auto& one : tables.check_audiences(audiences))
    faults.push_back(std::move(one));
  for (const auto& info : audiences)
    for (auto& one : expect(of.audiences().verify(info)))
      faults.push_back(std::move(one));
  return faults;
}

} // namespace

TEST_CASE("every change of a table is in the house's log, and the tables are what it says") {
  any_store store(every_kind());
  const auto people = house_people(*store, 300);
  const auto token = expect(store->tokens().create(role::viewer, "eye", by_olga));
  expect(store->suppressions().add(
      {{"ann@example.com", "bounced", at_second(1)},
       {"@shop.example", "ann@example.com said so", at_second(1), "Weekly", at_second(50)}},
      by_olga));
  expect(store->suppressions().remove({"ANN@example.com"}, "", by_olga));
  expect(store->audiences().rename(people.id, "friends", by_olga));
  CHECK(house_faults(*store).empty());
  expect(store->tokens().revoke("eye", by_olga));
  expect(store->audiences().remove(people.id, by_olga));
  CHECK(house_faults(*store).empty());
  const auto types = house_types(*store);
  CHECK(std::vector<std::string>(types.begin() + 1, types.end()) ==
        std::vector<std::string>{"audience_imported", "token_created", "suppressions_added",
                                 "suppressions_removed", "audience_renamed", "token_revoked",
                                 "audience_deleted"});
  CHECK(store->house().last_number() == types.size());
}

TEST_CASE("an event of the house's log is never older than the one before it") {
  any_store store(every_kind());
  constexpr timestamp later{milliseconds{4'102'444'800'000}}; // than any clock of now
  expect(store->house().record({{later, {}, house::sealed{1, "a"}}}));
  expect(store->house().record({{at_second(5), {}, house::sealed{2, "b"}}}));
  timestamp last{};
  expect(read_house_log(store->journal(), 1, [&](const stored_house_event& one) {
    CHECK(one.event.at >= last);
    last = one.event.at;
    return true;
  }));
  CHECK(last == later);
}

TEST_CASE("rows are read as they were sealed, from any row on, and each row leads to the audience's hash") {
  any_store store(every_kind());
  for (const auto count : {1U, 127U, 128U, 129U, 16'385U}) {
    INFO(count);
    const auto info = house_people(*store, count);
    for (const auto first : {0U, count / 2, count - 1}) {
      const auto rows = expect(store->audiences().read_checked(info.id, info.hash, first, 200));
      REQUIRE(rows.size() == std::min(200U, count - first));
      CHECK(rows[0].email == "p" + std::to_string(first) + "@example.com");
      CHECK(expect(store->audiences().prove(info, first)).is_right);
    }
    CHECK(expect(store->audiences().read_checked(info.id, info.hash, count, 5)).empty());
    CHECK(store->audiences().read_checked(info.id, "t1:00", 0, 1).error().notice.code == "audience_changed");
    // One row at a time, however large the groups are.
    CHECK(expect(store->audiences().read_checked(info.id, info.hash, count - 1, 200, 1)).size() == 1);
  }
}

TEST_CASE(
    "a recipient who is erased is in no list and no index, stays suppressed, and everything still verifies") {
  any_store store(every_kind());
  const auto people = house_people(*store, 300);
  const auto others = house_people(*store, 5);
  expect(store->suppressions().add({{"p3@example.com", "p3@example.com is ill", at_second(1), "Weekly"}},
                                   by_olga));
  const auto keep_answer = [&](const char* key, const char* response) {
    expect(append_now(store->journal(), {.campaign = {},
                                         .expected_last = 0,
                                         .events = {},
                                         .key = key_record{key, "POST", {}, {}, at_second(1), response}}));
  };
  keep_answer("a", R"({"items":[{"email":"p3@example.com"}]})");
  keep_answer("b", R"({"items":[{"email":"p4@example.com"}]})");
  keep_answer("of P3@example.com", "{}");
  const auto erased = expect(store->erase("P3@example.com", by_olga));
  CHECK_FALSE(expect(store->journal().find_key("a")));
  CHECK(expect(store->journal().find_key("b")));
  CHECK_FALSE(expect(store->journal().find_key("of P3@example.com")));
  CHECK(erased.rows == std::vector<erasure::place>{{people.id, 3}, {others.id, 3}});
  CHECK(erased.suppressions == 1);
  const auto rows = expect(store->audiences().read_checked(people.id, people.hash, 0, 10));
  REQUIRE(rows.size() == 10);
  CHECK(rows.is_erased(3));
  CHECK(rows[3].email.empty());
  CHECK(rows[4].email == "p4@example.com");
  CHECK(expect(store->audiences().find(people.id, "p3@example.com")) == letter_index{3});
  CHECK(expect(store->audiences().info(people.id)).hash == people.hash);
  const auto found =
      expect(store->suppressions().find({"p3@example.com", "p4@example.com"}, {"Weekly", at_second(9)}));
  CHECK(found[0].has_value());
  CHECK_FALSE(found[1].has_value());
  CHECK(expect(store->suppressions().find({"p3@example.com"}, {"", at_second(9)})).front()->reason ==
        "erased");
  for (const auto& one : expect(store->suppressions().list({.now = at_second(9)})).entries) {
    CHECK(is_erased_target(one.email));
    CHECK(one.reason.find("p3@") == std::string::npos);
  }
  CHECK(expect(store->suppressions().add({{"p3@example.com", "again", at_second(9)}}, by_olga)) == 0);
  CHECK(house_faults(*store).empty());
  CHECK(expect(store->erase("p3@example.com", by_olga)).rows.empty());
  CHECK(house_faults(*store).empty());
}

TEST_CASE("texts lose the address that they name, in whatever case, and nothing else") {
  CHECK(without_address("550 5.1.1 <Ann@Example.com>: unknown", "ann@example.com") ==
        "550 5.1.1 <recipient>: unknown");
  CHECK(without_address("ann@example.com and ANN@EXAMPLE.COM", "ann@example.com") ==
        "<recipient> and <recipient>");
  CHECK(without_address("nobody", "ann@example.com") == "nobody");
  CHECK(without_address("any", "") == "any");
  CHECK(masked_address("ann@example.com") == "a…@example.com");
  CHECK(masked_address("жанна@пример.рф") == "ж…@пример.рф");
  CHECK(masked_address("@example.com") == "@example.com");
}

TEST_CASE("bytes that are no rows are none of a salted chunk either, whatever they are") {
  CHECK(rc::check([](const std::string& bytes) {
    const recipient_rows read({bytes.begin(), bytes.end()});
    for (std::size_t row = 0; row < read.size(); ++row)
      static_cast<void>(read.leaf(row));
  }));
}

TEST_CASE("a store of before begins the house's log with what is in its tables") {
  const temporary_folder folder;
  {
    const auto store = expect(open_store(folder.path() / "data", open_mode::read_write));
    CHECK(house_types(*store) == std::vector<std::string>{"log_began"});
    expect(store->tokens().create(role::admin, "root", by_olga));
  }
  const auto store = expect(open_store(folder.path() / "data", open_mode::read_write));
  CHECK(store->table_faults().empty());
  CHECK(house_types(*store).size() == 2);
  CHECK(expect(store->accept_tables("nothing to accept", by_olga)) == 0);
}
