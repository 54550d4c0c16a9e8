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
