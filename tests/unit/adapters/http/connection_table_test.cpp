#include "adapters/http/connection_table.hpp"

#include "tests/catch.hpp"

using namespace sluice;

namespace {

constexpr connection_limits six_places{
    .in_all = 6, .per_address = 100, .per_token = 2, .for_commands = 2, .closing = 2};

/// Four that are busy, of as many as there is room for without the places kept for commands.
connection_table crowded_table() {
  connection_table table(six_places);
  for (connection_number number = 1; number <= 4; ++number) {
    CHECK(table.admit(number, "@1").is == connection_table::verdict::welcome);
    table.set_use(number, connection_use::busy);
  }
  return table;
}

} // namespace

TEST_CASE("connections: at the bound the one that has asked nothing for longest gives way to the newcomer") {
  connection_table table(six_places);
  for (connection_number number = 1; number <= 4; ++number)
    CHECK_FALSE(table.admit(number, "@1").closed);
  table.set_use(1, connection_use::busy);
  table.set_use(1, connection_use::idle); // asked something: later than those that never did
  const auto fifth = table.admit(5, "@2");
  CHECK(fifth.is == connection_table::verdict::welcome);
  CHECK(fifth.closed == connection_number{2});
  CHECK(table.admit(6, "@2").closed == connection_number{3});
  CHECK(table.admit(7, "@2").closed == connection_number{4});
  CHECK(table.count() == 4);
}

TEST_CASE(
    "connections: where all are busy the last places are for commands, and beyond them all are refused") {
  auto table = crowded_table();
  for (connection_number number = 5; number <= 6; ++number) {
    const auto given = table.admit(number, "@2");
    CHECK(given.is == connection_table::verdict::commands_only);
    CHECK_FALSE(given.closed);
    table.set_use(number, connection_use::busy);
  }
  CHECK(table.admit(7, "@2").is == connection_table::verdict::refused);
  CHECK(table.refused() == 1);
}

TEST_CASE("connections: a refused one that reads its answer takes nobody's place, and the oldest of too many "
          "is closed") {
  auto table = crowded_table();
  for (connection_number number = 5; number <= 6; ++number) {
    table.admit(number, "@2");
    table.set_use(number, connection_use::busy);
  }
  for (connection_number number = 7; number <= 8; ++number) {
    CHECK(table.admit(number, "@2").is == connection_table::verdict::refused);
    CHECK_FALSE(table.set_use(number, connection_use::closing));
  }
  CHECK(table.admit(9, "@2").is == connection_table::verdict::refused);
  CHECK(table.set_use(9, connection_use::closing) == connection_number{7});
  CHECK(table.count() == 8);
  table.remove(1);
  CHECK(table.admit(10, "@3").is == connection_table::verdict::commands_only);
  table.remove(10);
  table.remove(2);
  table.remove(3);
  CHECK(table.admit(11, "@3").is == connection_table::verdict::welcome);
}

TEST_CASE("connections: an address that has its number closes its own, and nobody else's") {
  connection_table table({.in_all = 100, .per_address = 2, .per_token = 2, .for_commands = 2, .closing = 2});
  table.admit(1, "@other");
  table.admit(2, "@here");
  table.admit(3, "@here");
  CHECK(table.admit(4, "@here").closed == connection_number{2});
  table.set_use(3, connection_use::busy);
  table.set_use(4, connection_use::busy);
  CHECK(table.admit(5, "@here").is == connection_table::verdict::commands_only);
}

TEST_CASE("connections: a token has so many, and one that it lets go is counted no more") {
  connection_table table(six_places);
  for (connection_number number = 1; number <= 3; ++number)
    table.admit(number, "@1");
  CHECK(table.claim(1, "t"));
  CHECK(table.claim(1, "t"));
  CHECK(table.claim(2, "t"));
  CHECK_FALSE(table.claim(3, "t"));
  CHECK(table.claim(3, "u"));
  table.remove(1);
  CHECK(table.claim(3, "t"));
  CHECK(table.claim(2, "u"));
  CHECK(table.claim(3, "u"));
}
