// Ids for new campaigns, in both forms of the store.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <algorithm>
#include <thread>

using namespace sluice;
using namespace sluice::testing;

TEST_CASE("a new campaign's id is higher than any that has events, and none is given twice") {
  any_store store(every_kind());
  CHECK(expect(store->next_campaign()) == campaign_id{1});
  CHECK(expect(store->next_campaign()) == campaign_id{2});
  append_many(store->journal(), {300}, 0, 1);
  append_many(store->journal(), {7}, 0, 1);
  CHECK(expect(store->next_campaign()) == campaign_id{301});
  CHECK(expect(store->next_campaign()) == campaign_id{302});
}

TEST_CASE("who asks at the same time gets different ids") {
  any_store store(every_kind());
  constexpr std::size_t asked = 2'000;
  std::vector<campaign_id> first(asked);
  std::vector<campaign_id> second(asked);
  const auto ask = [&](std::vector<campaign_id>& into) {
    for (auto& id : into)
      id = store->next_campaign().value_or(campaign_id{});
  };
  std::thread other(ask, std::ref(first));
  ask(second);
  other.join();
  auto all = first;
  all.insert(all.end(), second.begin(), second.end());
  std::ranges::sort(all);
  CHECK(all.front() == campaign_id{1});
  CHECK(all.back() == campaign_id{2 * asked});
  CHECK(std::ranges::adjacent_find(all) == all.end());
}

TEST_CASE("after a restart no id of a campaign that has events is given again") {
  const temporary_folder folder;
  {
    const auto store = expect(open_store(folder.path(), open_mode::read_write));
    for (int made = 0; made < 3; ++made)
      append_many(store->journal(), expect(store->next_campaign()), 0, 1);
  }
  const auto store = expect(open_store(folder.path(), open_mode::read_write));
  CHECK(expect(store->next_campaign()) == campaign_id{4});
}
