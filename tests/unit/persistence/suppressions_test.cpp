// The suppression list, in both forms of the store.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <algorithm>

using namespace sluice;
using namespace sluice::testing;

namespace {

suppression entry(std::string email, std::string reason = "unsubscribed") {
  return {.email = std::move(email), .reason = std::move(reason), .since = at_second(3)};
}

} // namespace

TEST_CASE("a suppressed address is found with its reason, others are not") {
  any_store store(both_kinds());
  auto& list = store->suppressions();
  CHECK(expect(list.add({entry("ann@example.com"), entry("bob@example.com", "bounced")})) == 2);
  const auto found = expect(list.find({"bob@example.com", "carl@example.com", "ANN@Example.com"}));
  REQUIRE(found.size() == 3);
  CHECK(found[0] == "bounced");
  CHECK_FALSE(found[1]);
  CHECK(found[2] == "unsubscribed");
  CHECK(expect(list.find({})).empty());
}

TEST_CASE("an address that is suppressed already stays as it is") {
  any_store store(both_kinds());
  auto& list = store->suppressions();
  CHECK(expect(list.add({entry("ann@example.com"), entry("Ann@example.com", "bounced")})) == 1);
  CHECK(expect(list.add({entry("ann@example.com", "operator"), entry("new@example.com")})) == 1);
  CHECK(expect(list.add({entry("ann@example.com", "operator")})) == 0);
  CHECK(expect(list.find({"ann@example.com"})).front() == "unsubscribed");
}

TEST_CASE("a removed address may be written to again") {
  any_store store(both_kinds());
  auto& list = store->suppressions();
  expect(list.add({entry("ann@example.com"), entry("bob@example.com")}));
  CHECK(expect(list.remove({"ANN@example.com", "nobody@example.com", "ann@example.com"})) == 1);
  CHECK_FALSE(expect(list.find({"ann@example.com"})).front());
  CHECK(expect(list.find({"bob@example.com"})).front());
  CHECK(expect(list.remove({"ann@example.com"})) == 0);
}

TEST_CASE("an international domain is suppressed in each of its spellings") {
  any_store store(both_kinds());
  auto& list = store->suppressions();
  CHECK(expect(list.add({entry("ann@Bücher.example"), entry("ann@xn--bcher-kva.example")})) == 1);
  for (const auto* spelling : {"ann@bücher.example", "ANN@BÜCHER.example", "ann@XN--bcher-kva.example"})
    CHECK(expect(list.find({spelling})).front());
  CHECK(expect(list.remove({"ann@bücher.example"})) == 1);
  CHECK_FALSE(expect(list.find({"ann@xn--bcher-kva.example"})).front());
}

TEST_CASE("the list is read page by page in the order of addresses") {
  any_store store(both_kinds());
  auto& list = store->suppressions();
  std::vector<suppression> entries;
  for (int number = 100; number < 350; ++number)
    entries.push_back(entry("a" + std::to_string(number) + "@example.com"));
  CHECK(expect(list.add({entries.rbegin(), entries.rend()})) == entries.size());
  std::vector<suppression> read;
  for (std::string after;; after = read.back().email) {
    const auto page = expect(list.list(after, 100));
    read.insert(read.end(), page.begin(), page.end());
    if (page.size() < 100)
      break;
  }
  CHECK(read == entries);
}

TEST_CASE("a suppression without an address is refused and nothing is taken") {
  any_store store(both_kinds());
  auto& list = store->suppressions();
  CHECK(list.add({entry("ann@example.com"), entry("")}).error().code == error_code::invalid_input);
  CHECK(expect(list.list("", 10)).empty());
}

TEST_CASE("a list of tens of thousands is taken at once") {
  any_store store(both_kinds());
  std::vector<suppression> entries;
  for (int number = 0; number < 25'000; ++number)
    entries.push_back(entry("a" + std::to_string(number) + "@example.com"));
  CHECK(expect(store->suppressions().add(entries)) == entries.size());
  CHECK(expect(store->suppressions().find({"a24999@example.com", "a25000@example.com"})) ==
        std::vector<std::optional<std::string>>{"unsubscribed", std::nullopt});
}

TEST_CASE("every address of a long list is found, also after a restart") {
  const temporary_folder folder;
  std::vector<suppression> entries;
  std::vector<std::string_view> emails;
  for (int number = 0; number < 30'000; ++number)
    entries.push_back(entry(std::to_string(number) + "@example.com"));
  for (const auto& one : entries)
    emails.emplace_back(one.email);
  const auto found_all = [&](store& in) {
    const auto reasons = expect(in.suppressions().find(emails));
    return std::ranges::all_of(reasons, [](const auto& reason) { return reason.has_value(); });
  };
  {
    const auto store = expect(open_store(folder.path(), open_mode::read_write));
    CHECK(expect(store->suppressions().add(entries)) == entries.size());
    CHECK(found_all(*store));
  }
  const auto store = expect(open_store(folder.path(), open_mode::read_write));
  CHECK(found_all(*store));
  CHECK_FALSE(expect(store->suppressions().find({"30000@example.com"})).front());
}
