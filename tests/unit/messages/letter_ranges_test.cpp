// Sets of letters against the plainest set there is.
#include "messages/letter_ranges.hpp"

#include "messages/json.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>
#include <rapidcheck.h>

#include <set>

using namespace sluice;

namespace {

using plain_set = std::set<letter_index>;

constexpr letter_index letters_in_play = 200;

letter_range any_range() {
  const auto begin = *rc::gen::inRange<letter_index>(0, letters_in_play);
  return {begin, begin + *rc::gen::inRange<letter_index>(0, 12)};
}

/// Some ranges in any order, overlapping or not.
std::vector<letter_range> any_ranges(int count_max) {
  std::vector<letter_range> ranges;
  for (auto count = *rc::gen::inRange(0, count_max); count > 0; --count)
    ranges.push_back(any_range());
  return ranges;
}

letter_ranges set_of(const std::vector<letter_range>& ranges) {
  letter_ranges letters;
  for (const auto& range : ranges)
    letters.add(range);
  return letters;
}

plain_set plain(const letter_ranges& letters) {
  plain_set all;
  letters.for_each([&](letter_index index) { all.insert(index); });
  return all;
}

void add(plain_set& letters, letter_range range) {
  for (auto index = range.begin; index < range.end; ++index)
    letters.insert(index);
}

void remove(plain_set& letters, letter_range range) {
  for (auto index = range.begin; index < range.end; ++index)
    letters.erase(index);
}

/// Sorted, apart from each other, none empty; and the same set.
void must_be(const letter_ranges& letters, const plain_set& expected) {
  for (std::size_t at = 0; at < letters.ranges().size(); ++at) {
    RC_ASSERT(letters.ranges()[at].begin < letters.ranges()[at].end);
    if (at > 0)
      RC_ASSERT(letters.ranges()[at - 1].end < letters.ranges()[at].begin);
  }
  RC_ASSERT(plain(letters) == expected);
  RC_ASSERT(letters.count() == expected.size());
  RC_ASSERT(letters.empty() == expected.empty());
}

} // namespace

TEST_CASE("a set of letters is the same set however it came about") {
  CHECK(rc::check([] {
    letter_ranges letters;
    plain_set expected;
    for (auto steps = *rc::gen::inRange(0, 60); steps > 0; --steps) {
      const auto range = any_range();
      if (*rc::gen::inRange(0, 5) < 3) {
        letters.add(range);
        add(expected, range);
      } else {
        letters.remove(range);
        remove(expected, range);
      }
      must_be(letters, expected);
    }
  }));
}

TEST_CASE("sets are joined and taken from each other as sets are, few ranges or many") {
  CHECK(rc::check([] {
    const auto ours = any_ranges(40);
    const auto theirs = any_ranges(40);
    auto expected_sum = plain(set_of(ours));
    auto expected_rest = expected_sum;
    for (const auto& range : theirs) {
      add(expected_sum, range);
      remove(expected_rest, range);
    }
    auto sum = set_of(ours);
    sum.add(set_of(theirs));
    must_be(sum, expected_sum);
    auto rest = set_of(ours);
    rest.remove(set_of(theirs));
    must_be(rest, expected_rest);
  }));
}

TEST_CASE("a set may be added to itself and taken from itself") {
  auto letters = set_of({{0, 3}, {5, 6}, {8, 9}, {11, 12}, {14, 15}, {17, 18}, {20, 21}, {23, 24}, {26, 27}});
  const auto before = letters;
  letters.add(letters);
  CHECK(letters == before);
  letters.remove(letters);
  CHECK(letters.empty());
}

TEST_CASE("the lowest letters are taken from the front") {
  CHECK(rc::check([] {
    auto letters = set_of(any_ranges(20));
    auto left = plain(letters);
    const auto wanted_max = *rc::gen::inRange<std::size_t>(0, 120);
    plain_set expected;
    while (expected.size() < wanted_max && !left.empty())
      expected.insert(left.extract(left.begin()));
    must_be(letters.take_front(wanted_max), expected);
    must_be(letters, left);
  }));
}

TEST_CASE("a set knows which letters it has") {
  CHECK(rc::check([] {
    const auto letters = set_of(any_ranges(10));
    const auto all = plain(letters);
    for (letter_index index = 0; index < letters_in_play + 20; ++index)
      RC_ASSERT(letters.contains(index) == all.contains(index));
  }));
}

TEST_CASE("letters that are put in one after the other become one range") {
  letter_ranges letters;
  for (letter_index index = 0; index < 1000; ++index)
    letters.add(index);
  CHECK(letters == letter_ranges{{0, 1000}});
  letters.add({letters_max - 1, letters_max});
  CHECK(letters.ranges().size() == 2);
}

TEST_CASE("a range that is none changes nothing") {
  letter_ranges letters{{3, 5}};
  letters.add({9, 9});
  letters.add({8, 2});
  letters.remove({4, 4});
  letters.remove({5, 3});
  CHECK(letters == letter_ranges{{3, 5}});
}

TEST_CASE("letters are written as people write them") {
  CHECK(to_string(letter_ranges{{0, 200}, {250, 251}}) == "0-199, 250");
  CHECK(to_string(letter_ranges{}).empty());
}

TEST_CASE("letters are read back from JSON as they were written") {
  CHECK(rc::check([] {
    const auto letters = set_of(any_ranges(20));
    RC_ASSERT(*letter_ranges_from_json(nlohmann::json::parse(to_json(letters).dump())) == letters);
  }));
}

TEST_CASE("a million scattered letters are joined and taken out in one pass") {
  // One by one this would move 10^11 ranges, and nobody would wait for the test's end.
  letter_ranges even;
  letter_ranges odd;
  for (letter_index index = 0; index < 1'000'000; index += 2) {
    even.add(index);
    odd.add(index + 1);
  }
  auto all = even;
  all.add(odd);
  CHECK(all == letter_ranges{{0, 1'000'000}});
  all.remove(odd);
  CHECK(all == even);
  CHECK(all.take_front(400'000).count() == 400'000);
  CHECK(all.count() == 100'000);
}
