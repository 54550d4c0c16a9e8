#include "actors/letter_budget.hpp"

#include "tests/catch.hpp"

using namespace sluice;

namespace {

std::shared_ptr<const batch> letters_of(std::size_t bytes) {
  auto made = std::make_shared<batch>();
  made->text.assign(bytes, 'x');
  return made;
}

} // namespace

TEST_CASE("campaigns share the memory of letters made ready, and what is gone is given back") {
  letter_budget budget(100'000);
  const auto one = budget.open();
  CHECK(one->room() == 100'000);
  const auto other = budget.open();
  CHECK(one->room() == 50'000);
  auto kept = letter_budget::count(one, letters_of(40'000));
  CHECK(budget.bytes() >= 40'000);
  CHECK(one->room() <= 10'000);
  CHECK(other->room() == 50'000);
  kept.reset();
  CHECK(budget.bytes() == 0);
  CHECK(one->room() == 50'000);
}

TEST_CASE("who has nothing ready may make one letter, however small its share is") {
  letter_budget budget(0);
  const auto one = budget.open();
  CHECK(one->room() == 1);
  const auto kept = letter_budget::count(one, letters_of(10));
  CHECK(one->room() == 0);
}

TEST_CASE("a batch counts until nobody has it, also when its campaign is gone") {
  letter_budget budget(100'000);
  auto one = budget.open();
  auto kept = letter_budget::count(one, letters_of(1000));
  const auto held_by_a_connection = kept;
  one.reset();
  kept.reset();
  CHECK(budget.bytes() >= 1000);
}

TEST_CASE("the more campaigns send, the fewer letters each has ready") {
  letter_budget budget;
  std::vector<std::shared_ptr<letter_budget::account>> all;
  all.push_back(budget.open());
  CHECK(all.front()->letters_ahead(1000) == 1000);
  while (all.size() < 100)
    all.push_back(budget.open());
  CHECK(all.front()->letters_ahead(1000) == 250);
  while (all.size() < 2000)
    all.push_back(budget.open());
  CHECK(all.front()->letters_ahead(1000) == 25);
}

TEST_CASE("the files that all letters of a campaign carry count, and leave the rest to be shared") {
  letter_budget budget(100'000);
  auto one = budget.open();
  const auto other = budget.open();
  CHECK(one->take_shared(20'000));
  CHECK(one->take_shared(20'000)); // its composer is made again
  CHECK(budget.bytes() == 20'000);
  CHECK(budget.shared_bytes() == 20'000);
  CHECK(other->room() == 40'000);
  const auto kept = letter_budget::count(one, letters_of(10'000));
  one.reset();
  CHECK(budget.shared_bytes() == 20'000); // letters on connections have them still
  CHECK(other->room() == 40'000);
}

TEST_CASE("campaigns whose files find no room wait their turn, in their order, and do not share the rest "
          "meanwhile") {
  letter_budget budget(100'000);
  std::vector<int> turns;
  auto first = budget.open();
  CHECK(first->take_shared(40'000));
  auto large = budget.open([&] { turns.push_back(1); });
  CHECK_FALSE(large->take_shared(30'000));
  CHECK(large->is_waiting());
  auto small = budget.open([&] { turns.push_back(2); });
  CHECK_FALSE(small->take_shared(10'000)); // there is room, but not before those who came earlier
  CHECK(budget.campaigns_waiting() == 2);
  CHECK(first->room() == 60'000);
  CHECK_FALSE(large->take_shared(30'000));
  const auto without_files = budget.open();
  CHECK(without_files->take_shared(0));
  CHECK(turns.empty());
  first.reset();
  CHECK(turns == std::vector{1, 2});
  CHECK_FALSE(large->is_waiting());
  CHECK(large->take_shared(30'000));
  CHECK(budget.shared_bytes() == 40'000);
  CHECK(budget.campaigns_waiting() == 0);
}

TEST_CASE("one campaign goes on whatever its files take, and who gives up waiting keeps nobody waiting") {
  letter_budget budget(100'000);
  auto first = budget.open();
  CHECK(first->take_shared(34'000'000));
  CHECK(first->room() == 50'000);
  auto second = budget.open();
  CHECK_FALSE(second->take_shared(90'000));
  int turns = 0;
  const auto third = budget.open([&] { ++turns; });
  CHECK_FALSE(third->take_shared(1'000));
  first.reset();
  CHECK(turns == 0);
  CHECK(budget.shared_bytes() == 90'000);
  second.reset(); // it was paused
  CHECK(turns == 1);
  CHECK(budget.shared_bytes() == 1'000);
}
