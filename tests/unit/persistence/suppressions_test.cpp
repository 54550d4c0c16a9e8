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

const suppression_scope for_all{.list = {}, .now = at_second(4)};

/// The targets of all entries that count, page by page.
std::vector<std::string> listed(const suppression_list& list, suppression_query query) {
  std::vector<std::string> targets;
  query.limit = 2;
  for (;;) {
    const auto page = expect(list.list(query));
    for (const auto& one : page.entries)
      targets.push_back((one.list.empty() ? "" : one.list + " ") + one.email);
    if (page.next.empty())
      return targets;
    query.after = page.next;
  }
}

} // namespace

TEST_CASE("a suppressed address is found with its reason, others are not") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  CHECK(expect(list.add({entry("ann@example.com"), entry("bob@example.com", "bounced")}, {})) == 2);
  const auto found = expect(list.find({"bob@example.com", "carl@example.com", "ANN@Example.com"}, for_all));
  REQUIRE(found.size() == 3);
  CHECK(found[0]->reason == "bounced");
  CHECK_FALSE(found[1]);
  CHECK(found[2]->reason == "unsubscribed");
  CHECK(expect(list.find({}, for_all)).empty());
}

TEST_CASE("an address that is suppressed already stays as it is") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  CHECK(expect(list.add({entry("ann@example.com"), entry("Ann@example.com", "bounced")}, {})) == 1);
  CHECK(expect(list.add({entry("ann@example.com", "operator"), entry("new@example.com")}, {})) == 1);
  CHECK(expect(list.add({entry("ann@example.com", "operator")}, {})) == 0);
  CHECK(expect(list.find({"ann@example.com"}, for_all)).front()->reason == "unsubscribed");
}

TEST_CASE("a removed address may be written to again") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  expect(list.add({entry("ann@example.com"), entry("bob@example.com")}, {}));
  CHECK(expect(list.remove({"ANN@example.com", "nobody@example.com", "ann@example.com"}, "", {})) == 1);
  CHECK_FALSE(expect(list.find({"ann@example.com"}, for_all)).front());
  CHECK(expect(list.find({"bob@example.com"}, for_all)).front());
  CHECK(expect(list.remove({"ann@example.com"}, "", {})) == 0);
}

TEST_CASE("an international domain is suppressed in each of its spellings") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  CHECK(expect(list.add({entry("ann@Bücher.example"), entry("ann@xn--bcher-kva.example")}, {})) == 1);
  for (const auto* spelling : {"ann@bücher.example", "ANN@BÜCHER.example", "ann@XN--bcher-kva.example"})
    CHECK(expect(list.find({spelling}, for_all)).front());
  CHECK(expect(list.remove({"ann@bücher.example"}, "", {})) == 1);
  CHECK_FALSE(expect(list.find({"ann@xn--bcher-kva.example"}, for_all)).front());
}

TEST_CASE("the list is read page by page in the order of addresses") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  std::vector<suppression> entries;
  for (int number = 100; number < 350; ++number)
    entries.push_back(entry("a" + std::to_string(number) + "@example.com"));
  CHECK(expect(list.add({entries.rbegin(), entries.rend()}, {})) == entries.size());
  std::vector<suppression> read;
  for (std::string after;; after = read.back().email) { // as clients of before do
    const auto page = expect(list.list({.after = after, .limit = 100, .now = at_second(4)}));
    read.insert(read.end(), page.entries.begin(), page.entries.end());
    if (page.next.empty())
      break;
  }
  CHECK(read == entries);
}

TEST_CASE("a suppression without an address is refused and nothing is taken") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  CHECK(list.add({entry("ann@example.com"), entry("")}, {}).error().code == error_code::invalid_input);
  CHECK(expect(list.list({.now = at_second(4)})).entries.empty());
}

TEST_CASE("a list of tens of thousands is taken at once") {
  any_store store(every_kind());
  std::vector<suppression> entries;
  for (int number = 0; number < 25'000; ++number)
    entries.push_back(entry("a" + std::to_string(number) + "@example.com"));
  CHECK(expect(store->suppressions().add(entries, {})) == entries.size());
  const auto found =
      expect(store->suppressions().find({"a24999@example.com", "a25000@example.com"}, for_all));
  CHECK(found[0].has_value());
  CHECK_FALSE(found[1].has_value());
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
    const auto reasons = expect(in.suppressions().find(emails, for_all));
    return std::ranges::all_of(reasons, [](const auto& reason) { return reason.has_value(); });
  };
  {
    const auto store = expect(open_store(folder.path(), open_mode::read_write));
    CHECK(expect(store->suppressions().add(entries, {})) == entries.size());
    CHECK(found_all(*store));
  }
  const auto store = expect(open_store(folder.path(), open_mode::read_write));
  CHECK(found_all(*store));
  CHECK_FALSE(expect(store->suppressions().find({"30000@example.com"}, for_all)).front());
}

TEST_CASE("an entry of a domain keeps back everybody there, and one of those below it everybody below") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  const auto is_kept_back = [&](std::string_view email) {
    return expect(list.find({email}, for_all)).front().has_value();
  };
  CHECK(expect(list.add({entry("@example.com"), entry("@*.deep.example")}, {})) == 2);
  CHECK(is_kept_back("anybody@example.com"));
  CHECK(is_kept_back("ANYBODY@Example.COM"));
  CHECK_FALSE(is_kept_back("anybody@mail.example.com"));
  CHECK_FALSE(is_kept_back("anybody@example.com.example"));
  CHECK(is_kept_back("ann@a.deep.example"));
  CHECK(is_kept_back("ann@b.a.deep.example"));
  CHECK_FALSE(is_kept_back("ann@deep.example"));
  CHECK_FALSE(is_kept_back("ann@verydeep.example"));
  CHECK(expect(list.find({"ann@example.com"}, for_all)).front()->email == "@example.com");
  expect(list.add({entry("ann@example.com", "bounced")}, {}));
  CHECK(expect(list.find({"ann@example.com", "bob@example.com"}, for_all)).front()->reason == "bounced");
  CHECK(expect(list.remove({"@example.com"}, "", {})) == 1);
  CHECK_FALSE(is_kept_back("anybody@example.com"));
}

TEST_CASE("an entry of one list counts for letters of that list only") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  auto weekly = entry("ann@example.com");
  weekly.list = "Weekly";
  auto everybody = entry("@other.example", "operator");
  everybody.list = "Weekly";
  CHECK(expect(list.add({weekly, everybody}, {})) == 2);
  CHECK(expect(list.add({weekly}, {})) == 0);
  const auto reason_on = [&](std::string_view email, std::string_view on) {
    const auto found = expect(list.find({email}, {on, at_second(4)})).front();
    return found ? found->list + " " + found->reason : "none";
  };
  CHECK(reason_on("Ann@example.com", "Weekly") == "Weekly unsubscribed");
  CHECK(reason_on("ann@example.com", "Monthly") == "none");
  CHECK(reason_on("ann@example.com", "") == "none");
  CHECK(reason_on("bob@other.example", "Weekly") == "Weekly operator");
  CHECK(reason_on("bob@other.example", "weekly") == "none");
  CHECK(expect(list.add({entry("ann@example.com", "bounced")}, {})) == 1);
  CHECK(reason_on("ann@example.com", "Weekly") == " bounced");
  CHECK(expect(list.remove({"ann@example.com"}, "Monthly", {})) == 0);
  CHECK(expect(list.remove({"ANN@example.com"}, "Weekly", {})) == 1);
  CHECK(reason_on("ann@example.com", "Weekly") == " bounced");
}

TEST_CASE("an entry that has ended counts no longer, is not listed, and gives way to a new one") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  auto ending = entry("ann@example.com");
  ending.until = at_second(100);
  CHECK(expect(list.add({ending, entry("bob@example.com")}, {})) == 2);
  const auto counts_at = [&](std::int64_t second) {
    return expect(list.find({"ann@example.com"}, {{}, at_second(second)})).front().has_value();
  };
  CHECK(counts_at(99));
  CHECK_FALSE(counts_at(100));
  CHECK(listed(list, {.now = at_second(99)}) ==
        std::vector<std::string>{"ann@example.com", "bob@example.com"});
  CHECK(listed(list, {.now = at_second(100)}) == std::vector<std::string>{"bob@example.com"});
  auto shorter = ending;
  shorter.until = at_second(50);
  CHECK(expect(list.add({shorter}, {})) == 0);
  CHECK(counts_at(99));
  auto longer = ending;
  longer.until = at_second(200);
  CHECK(expect(list.add({longer}, {})) == 1);
  CHECK(counts_at(199));
  CHECK_FALSE(counts_at(200));
  auto again = entry("ann@example.com", "bounced");
  again.since = at_second(300);
  CHECK(expect(list.add({again}, {})) == 1);
  CHECK(expect(list.find({"ann@example.com"}, {{}, at_second(9'999)})).front() == again);
  CHECK(expect(list.add({longer}, {})) == 0);
}

TEST_CASE(
    "the list is listed page by page over all kinds of entries, or those of one list, or those with words") {
  any_store store(every_kind());
  auto& list = store->suppressions();
  auto weekly = entry("ann@example.com");
  weekly.list = "Weekly (news)";
  auto domain = entry("@other.example");
  domain.list = "Weekly (news)";
  auto ending = entry("eve@example.com");
  ending.until = at_second(100);
  expect(list.add(
      {entry("zoe@example.com"), weekly, domain, entry("@example.com"), entry("*@*.example"), ending}, {}));
  const std::vector<std::string> all{"*@*.example",
                                     "@example.com",
                                     "eve@example.com",
                                     "zoe@example.com",
                                     "Weekly (news) @other.example",
                                     "Weekly (news) ann@example.com"};
  CHECK(listed(list, {.now = at_second(4)}) == all);
  CHECK(listed(list, {.now = at_second(4), .list = "Weekly (news)"}) ==
        std::vector<std::string>{all[4], all[5]});
  CHECK(listed(list, {.now = at_second(4), .list = "Weekly"}).empty());
  CHECK(listed(list, {.now = at_second(4), .words = "EXAMPLE.com"}) ==
        std::vector<std::string>{all[1], all[2], all[3], all[5]});
}
