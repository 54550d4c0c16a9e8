// Erasing a recipient from a shared store.
#include "persistence/postgres/audiences.hpp"
#include "persistence/postgres/erasure.hpp"
#include "persistence/postgres/suppressions.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/postgres/shared_tables.hpp"

using namespace sluice;
using namespace sluice::testing;

namespace {

audience_info import_of_three(audience_store& to, std::string third) {
  auto writer = expect(to.begin("three", at_second(0)));
  for (const auto& email : {std::string("ann@example.com"), std::move(third), std::string("cid@example.com")})
    CHECK(expect(writer->add({.email = email, .fields = {}})));
  writer->describe(
      {.summary = {},
       .left_out = {{.line = 9, .why = notice{"address_repeated"}, .cell = "Bob@Example.com;x"}}});
  return expect(writer->commit({{}, at_second(1)}));
}

} // namespace

TEST_CASE(
    "who is erased from a shared store is in no row and no entry of it, at no node, and gets no letter") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences here(shared->database(), shared->house(), 1, shared->scratch(1));
  postgres_audiences there(shared->database(), shared->house(), 2, shared->scratch(2));
  postgres_suppressions list(shared->database(), shared->house(), at_second(0));
  const auto with = import_of_three(here, "Bob@example.com");
  const auto without = import_of_three(here, "dan@example.com");
  const act on_monday{{}, at_second(2)};
  expect(list.add({{.email = "bob@example.com",
                    .reason = "bob@example.com bounced",
                    .since = at_second(2),
                    .list = "weekly"},
                   {.email = "ann@example.com", .reason = "operator", .since = at_second(2)}},
                  on_monday));
  shared->run("INSERT INTO keys VALUES ('one', 'to BOB@example.com', 0), ('two', 'to ann@example.com', 0), "
              "('bob@EXAMPLE.com', '', 0), ('three', '', 0)");
  CHECK(expect(there.read(with.id, 1, 1)).front().email == "Bob@example.com"); // kept unpacked from now on
  const auto leaf = expect(there.read_rows(with.id, 1, 1, 1'000)).leaf(0);

  const act by_eve{{"Eve", "t1"}, at_second(5)};
  const auto erase = [&] {
    return expect(erase_recipient(shared->database(), shared->house(), here, "BOB@example.com", by_eve));
  };
  const auto made = erase();
  CHECK(made.rows == std::vector<erasure::place>{{with.id, 1}});
  CHECK(made.suppressions == 1);

  for (const auto* one : {&here, &there}) {
    const auto rows = expect(one->read_rows(with.id, 0, 3, 1'000));
    REQUIRE(rows.size() == 3);
    CHECK(rows.is_erased(1));
    CHECK(rows.leaf(1) == leaf);
    CHECK(rows[2].email == "cid@example.com");
    CHECK(expect(one->verify(with)).empty());
    CHECK(expect(one->verify(without)).empty());
    CHECK(expect(one->prove(with, 1)).is_right);
    CHECK(expect(one->find(with.id, "bob@example.com")) ==
          1); // whoever has the address learns that it was there
    CHECK(expect(one->left_out(with.id)).front().cell == "<recipient>;x");
  }
  CHECK(expect(there.read_checked(with.id, with.hash, 0, 3)).size() == 3);
  const auto kept_back = [&](std::string_view email, std::string_view of_list) {
    const auto found = expect(list.find({email}, {of_list, at_second(9)})).front();
    return found ? found->reason : "";
  };
  CHECK(kept_back("bob@example.com", "weekly") == "erased");
  CHECK(kept_back("bob@example.com", "") == "erased");
  const suppression again{.email = "bob@example.com", .reason = "operator", .since = at_second(9)};
  CHECK(expect(list.add({again}, on_monday)) == 0);
  CHECK(shared->number(
            "SELECT count(*) FROM suppressions WHERE position('bob'::bytea IN target || reason) > 0") == 0);
  CHECK(shared->number("SELECT count(*) FROM keys WHERE key IN ('two', 'three')") == 2);
  CHECK(shared->number("SELECT count(*) FROM keys") == 2);
  const auto told = shared->told();
  CHECK(std::get<house::address_erased>(told[told.size() - 2]) ==
        house::address_erased{shared->house().hide()("bob@example.com"), 1, 1});
  CHECK(std::get<house::suppressions_added>(told.back()).groups.front().reason == "erased");

  const auto nothing = erase();
  CHECK(nothing.rows.empty());
  CHECK(nothing.suppressions == 0);
}

TEST_CASE("an index that leads to somebody else's row erases nobody") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences audiences(shared->database(), shared->house(), 1, shared->scratch());
  const auto info = import_of_three(audiences, "bob@example.com");
  pg_parameters of;
  of.add_bytes(shared->house().hide()("eve@example.com"))
      .add_bytes(shared->house().hide()("eve@example.com") + std::string(4, '\0'));
  expect(shared->database().run("altered by a test", "UPDATE audience_addresses SET first = $1, content = $2",
                                of));
  CHECK(erase_recipient(shared->database(), shared->house(), audiences, "eve@example.com", {}).error().code ==
        error_code::corrupt);
  CHECK(expect(audiences.read(info.id, 0, 3)).front().email == "ann@example.com");
  CHECK(shared->told().size() == 2);
}
