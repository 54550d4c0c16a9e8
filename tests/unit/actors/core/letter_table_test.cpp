#include "actors/core/letter_table.hpp"
#include "tests/catch.hpp"

#include <rapidcheck.h>

using namespace sluice;

TEST_CASE("a new table has every letter pending") {
  const letter_table table(10'000);
  CHECK(table.count(letter_state::pending) == 10'000);
  CHECK(table.at(9'999) == letter_state::pending);
  CHECK(table.all(letter_state::pending) == letter_ranges{{0, 10'000}});
}

TEST_CASE("a table of a hundred million letters in few states is small and quick") {
  letter_table table(letters_max);
  table.set({0, letters_max / 2}, letter_state::accepted);
  CHECK(table.find(letter_state::pending, 0) == letters_max / 2);
  CHECK(table.count(letter_state::accepted) == letters_max / 2);
}

TEST_CASE("a letter outside the circulation is a broken invariant, not a silent write") {
  letter_table table(10);
  CHECK_THROWS(table.set({5, 11}, letter_state::accepted));
  CHECK_THROWS(table.at(10));
}

TEST_CASE("a table holds what a plain list of states would") {
  rc::check([] {
    const auto size = *rc::gen::inRange<letter_index>(1, 10'000);
    letter_table table(size);
    std::vector<letter_state> model(size, letter_state::pending);
    const auto steps = *rc::gen::inRange(1, 30);
    for (int step = 0; step < steps; ++step) {
      const auto begin = *rc::gen::inRange<letter_index>(0, size);
      const auto end = *rc::gen::inRange<letter_index>(begin, size + 1);
      const auto state = static_cast<letter_state>(*rc::gen::inRange(0, 7));
      table.set({begin, end}, state);
      for (auto index = begin; index < end; ++index)
        model[index] = state;
    }
    for (int number = 0; number < 7; ++number) {
      const auto state = static_cast<letter_state>(number);
      letter_ranges expected;
      for (letter_index index = 0; index < size; ++index)
        if (model[index] == state)
          expected.add(index);
      RC_ASSERT(table.all(state) == expected);
      RC_ASSERT(table.count(state) == expected.count());
      const auto from = *rc::gen::inRange<letter_index>(0, size);
      auto first = from;
      while (first < size && model[first] != state)
        ++first;
      RC_ASSERT(table.find(state, from) == first);
    }
    const auto copy = table;
    RC_ASSERT(copy == table);
  });
}
