// The suppression list of a shared store, beside that in memory: whatever is done to both, they say the same.
#include "persistence/memory/store.hpp"
#include "persistence/postgres/suppressions.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/postgres/shared_tables.hpp"

#include <random>
#include <thread>

using namespace sluice;
using namespace sluice::testing;

namespace {

/// All pages, each entry with where its page ended.
std::vector<suppression> all_pages(const suppression_list& list, suppression_query query) {
  std::vector<suppression> all;
  for (;;) {
    const auto page = expect(list.list(query));
    all.insert(all.end(), page.entries.begin(), page.entries.end());
    if (page.next.empty())
      return all;
    query.after = page.next;
  }
}

suppression entry_of(std::string email, std::string list = {}) {
  return {
      .email = std::move(email), .reason = "unsubscribed", .since = at_second(3), .list = std::move(list)};
}

} // namespace

TEST_CASE("whatever is added and removed, a shared list answers as one in memory does") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_suppressions there(shared->database(), shared->house(), at_second(-100));
  const auto memory = make_memory_store();
  auto& here = memory->suppressions();
  const std::vector<std::string> targets{"ann@a.example", "bob@a.example", "ann@b.a.example",
                                         "@a.example",    "@*.a.example",  "ann@bücher.example",
                                         "zoe@z.example", "@*.example",    "Cid@B.a.example"};
  const std::vector<std::string> lists{"", "", "Weekly", "Weekly (news)"};
  const std::vector<std::string_view> asked{"ANN@a.example",   "bob@a.example", "ann@b.a.example",
                                            "cid@b.a.example", "eve@a.example", "ann@xn--bcher-kva.example",
                                            "zoe@z.example",   "bob@a.example"};
  std::mt19937 random(5);
  const auto one_of = [&](const auto& all) { return all[random() % all.size()]; };
  for (int round = 0; round < 120; ++round) {
    const auto now = at_second(round);
    const act done{{}, now};
    if (random() % 4 == 0) {
      const std::vector<std::string> gone{one_of(targets), one_of(targets)};
      const auto list = one_of(lists);
      // Not how many: the one in memory counts also entries that have ended and were swept from the other.
      expect(there.remove(gone, list, done));
      expect(here.remove(gone, list, done));
    } else {
      std::vector<suppression> entries;
      for (unsigned some = 0; some < 1 + random() % 3; ++some) {
        suppression entry{
            .email = one_of(targets), .reason = std::to_string(round), .since = now, .list = one_of(lists)};
        if (random() % 2 == 0)
          entry.until = at_second(round + static_cast<int>(random() % 20));
        if (std::ranges::none_of(
                entries, [&](const auto& one) { return one.email == entry.email && one.list == entry.list; }))
          entries.push_back(std::move(entry));
      }
      CHECK(expect(there.add(entries, done)) == expect(here.add(entries, done)));
    }
    for (const auto* list : {"", "Weekly", "none"})
      CHECK(expect(there.find(asked, {list, now})) == expect(here.find(asked, {list, now})));
    for (const std::size_t limit : {1U, 3U, 1'000U}) {
      CHECK(all_pages(there, {.limit = limit, .now = now}) == all_pages(here, {.limit = limit, .now = now}));
      CHECK(all_pages(there, {.limit = limit, .now = now, .list = "Weekly"}) ==
            all_pages(here, {.limit = limit, .now = now, .list = "Weekly"}));
      CHECK(all_pages(there, {.limit = limit, .now = now, .words = "BÜCHER"}) ==
            all_pages(here, {.limit = limit, .now = now, .words = "BÜCHER"}));
    }
  }
}

TEST_CASE("ten thousand entries and more are taken at once by a shared list, told of, read and removed") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_suppressions list(shared->database(), shared->house(), at_second(0));
  std::vector<suppression> entries;
  for (int number = 0; number < 25'000; ++number)
    entries.push_back(entry_of("a" + std::to_string(100'000 + number) + "@example.com"));
  entries.push_back(entry_of("a100000@example.com"));
  CHECK(expect(list.add(entries, {})) == 25'000);
  CHECK(expect(list.add(entries, {})) == 0);
  std::size_t told = 0;
  for (const auto& body : shared->told())
    if (const auto* added = std::get_if<house::suppressions_added>(&body))
      for (const auto& group : added->groups)
        told += group.targets.size();
  CHECK(told == 25'000);
  std::size_t visited = 0;
  expect(list.visit([&](const suppression& entry, std::string_view) {
    visited += std::size_t{entry.email.starts_with("a1")};
  }));
  CHECK(visited == 25'000);
  std::vector<std::string_view> asked;
  std::vector<std::string> targets;
  for (const auto& entry : entries) {
    asked.emplace_back(entry.email);
    targets.push_back(entry.email);
  }
  const auto found = expect(list.find(asked, {{}, at_second(4)}));
  CHECK(std::ranges::all_of(found, [](const auto& one) { return one.has_value(); }));
  CHECK(expect(list.remove(targets, "", {})) == 25'000);
  CHECK(expect(list.list({.now = at_second(4)})).entries.empty());
}

TEST_CASE("a search of a shared list looks at so many entries and no more, and goes on where it ended") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_suppressions list(shared->database(), shared->house(), at_second(0));
  shared->run("INSERT INTO suppressions SELECT '', convert_to('a' || to_char(n, 'FM000000') || "
              "'@example.com', 'UTF8'), 0, NULL, 'operator' "
              "FROM generate_series(1, 100100) n");
  const auto first = expect(list.list({.now = at_second(4), .words = "100050"}));
  CHECK(first.entries.empty());
  REQUIRE_FALSE(first.next.empty());
  const auto second = expect(list.list({.after = first.next, .now = at_second(4), .words = "100050"}));
  REQUIRE(second.entries.size() == 1);
  CHECK(second.entries.front().email == "a100050@example.com");
  CHECK(second.next.empty());
}

TEST_CASE("entries of a shared list that have ended are deleted, and no event tells of it") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  {
    postgres_suppressions list(shared->database(), shared->house(), at_second(0));
    auto ending = entry_of("ann@example.com");
    ending.until = at_second(100);
    expect(list.add({ending, entry_of("bob@example.com")}, {}));
  }
  const auto told = shared->told().size();
  postgres_suppressions early(shared->database(), shared->house(), at_second(99));
  CHECK(shared->number("SELECT count(*) FROM suppressions") == 2);
  postgres_suppressions late(shared->database(), shared->house(), at_second(100));
  CHECK(shared->number("SELECT count(*) FROM suppressions") == 1);
  CHECK(shared->told().size() == told);
}

TEST_CASE("a shared list that is not to be trusted answers nobody") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_suppressions list(shared->database(), shared->house(), at_second(0));
  list.distrust(error{error_code::corrupt, "altered"});
  CHECK(list.find({"ann@example.com"}, {{}, at_second(4)}).error().message == "altered");
  list.distrust(std::nullopt);
  CHECK(list.find({"ann@example.com"}, {{}, at_second(4)}));
}

TEST_CASE(
    "of two nodes that suppress the same at the same moment one adds it, and the log tells of it once") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_suppressions here(shared->database(), shared->house(), at_second(0));
  postgres_suppressions there(shared->database(), shared->house(), at_second(0));
  std::size_t added_there = 0;
  std::size_t added_here = 0;
  const auto add_all = [](postgres_suppressions& to, std::size_t& added) {
    for (int number = 0; number < 50; ++number)
      added += to.add({entry_of(std::to_string(number) + "@example.com")}, {}).value_or(1'000);
  };
  {
    std::thread other([&] { add_all(there, added_there); });
    add_all(here, added_here);
    other.join();
  }
  CHECK(added_here + added_there == 50);
  CHECK(shared->told().size() == 51);
}
