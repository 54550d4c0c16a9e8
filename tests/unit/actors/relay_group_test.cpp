// Several relays as one: who gets which letters, and what becomes of them when one fails.

#include "actors/relay_group.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/adapters/smtp/queue_watch.hpp"

#include <map>

using namespace sluice;
using sluice::testing::scripted_relay;
using namespace std::chrono_literals;

namespace {

/// A campaign's end of a queue that grants what is wanted.
struct campaign_end {
  std::shared_ptr<campaign_queue> queue;
  letter_ranges accepted;
  letter_ranges handed_back;
  letter_ranges returned;
  std::map<std::string, letter_ranges> wanted; ///< by relay
  bool grants = true;
  bool is_failing = false;
  notice trouble;
  bool is_over = false;

  void take(const relay_report& report) {
    auto unnamed = report.wanted;
    for (const auto& some : report.named) {
      wanted[some.relay].add(some.letters);
      unnamed.remove(some.letters);
    }
    if (!unnamed.empty())
      wanted[""].add(unnamed);
    for (const auto& group : report.results)
      (group.outcome == letter_state::pending ? returned : accepted).add(group.letters);
    handed_back.add(report.handed_back);
    if (report.has_condition) {
      is_failing = report.failing;
      trouble = report.trouble;
    }
    is_over = is_over || report.withdraw_complete;
    if (!report.wanted.empty() && grants)
      to_grant.add(report.wanted);
  }
  letter_ranges to_grant;
};

struct group_fixture {
  explicit group_fixture(std::vector<std::pair<std::string, relay_share>> wanted) {
    std::vector<relay_member> members;
    for (auto& [name, share] : wanted) {
      auto made = std::make_unique<scripted_relay>();
      made->connections = 10;
      relays[name] = made.get();
      members.push_back({name, share, std::move(made)});
    }
    group = make_relay_group(std::move(members), system_now, [this] { return now; });
  }

  std::shared_ptr<campaign_end> open(const letter_route& route = {"news@shop.example", "Sale", {}}) {
    auto made = std::make_shared<campaign_end>();
    made->queue = group->open({1}, route, [to = made.get()](relay_report report) { to->take(report); });
    return made;
  }

  /// Until nothing moves; grants go out between turns, as from another thread.
  void run(campaign_end& end) {
    for (auto moved = true; moved;) {
      moved = false;
      for (auto& [name, one] : relays)
        moved = one->turn() || moved;
      if (!end.to_grant.empty()) {
        end.queue->grant(std::exchange(end.to_grant, {}));
        moved = true;
      }
    }
  }

  std::size_t sent(const std::string& name) { return relays.at(name)->arrivals.size(); }

  moment now = moment{} + 1h;
  std::map<std::string, scripted_relay*> relays;
  std::unique_ptr<relay> group;
};

relay_share share(std::uint32_t weight, bool is_standby = false) {
  return {.weight = weight, .is_standby = is_standby};
}

batch_ptr bound_letters(letter_index first, letter_index count, const std::string& relay) {
  auto letters = std::make_shared<batch>(*test::make_letters(first, count));
  letters->relay = relay;
  return letters;
}

} // namespace

TEST_CASE("relays share letters by weight, and each is claimed for the one that has it") {
  group_fixture at({{"a", share(3)}, {"b", share(1)}});
  const auto end = at.open();
  end->queue->offer(test::make_letters(0, 400));
  at.run(*end);
  CHECK(end->accepted.count() == 400);
  CHECK(at.sent("a") + at.sent("b") == 400);
  CHECK(at.sent("a") > 250);
  CHECK(at.sent("b") > 60);
  CHECK(end->wanted["a"].count() == at.sent("a"));
  CHECK(end->wanted["b"].count() == at.sent("b"));
  CHECK(common(end->wanted["a"], end->wanted["b"]).empty());
}

TEST_CASE("a lighter relay that settles its letters later has its share all the same") {
  group_fixture at({{"a", share(3)}, {"b", share(1)}});
  const auto end = at.open();
  end->queue->offer(test::make_letters(0, 400));
  for (auto round = 0; end->accepted.count() < 400; ++round) {
    at.relays["a"]->turn();
    if (round % 3 == 0)
      at.relays["b"]->turn();
    end->queue->grant(std::exchange(end->to_grant, {}));
  }
  CHECK(at.sent("a") >= 290);
  CHECK(at.sent("a") <= 320);
}

TEST_CASE("a relay that is slow keeps the others from nothing") {
  group_fixture at({{"a", share(1)}, {"b", share(1)}});
  at.relays["b"]->outcome_of = [](const auto&) { return std::nullopt; };
  const auto end = at.open();
  end->queue->offer(test::make_letters(0, 400));
  at.run(*end);
  CHECK(at.sent("b") == 10);
  CHECK(end->accepted.count() >= 380);
}

TEST_CASE("what a failed relay has goes to the others, and to the standby where none is left") {
  group_fixture at({{"a", share(1)}, {"b", share(1)}, {"c", share(1, true)}});
  const auto end = at.open();
  for (const auto* name : {"a", "b"})
    at.relays[name]->connections = 0;
  end->queue->offer(test::make_letters(0, 100));
  at.run(*end);
  CHECK(at.sent("c") == 0);
  at.relays["a"]->say(true, "connection refused");
  at.run(*end);
  CHECK_FALSE(end->is_failing);
  CHECK(at.sent("c") == 0);
  at.relays["b"]->connections = 10;
  at.run(*end);
  CHECK(end->accepted.count() == 100);
  CHECK(at.sent("b") == 100);

  at.relays["b"]->say(true, "connection refused");
  end->queue->offer(test::make_letters(100, 50));
  at.relays["b"]->connections = 0;
  at.run(*end);
  CHECK(end->accepted.count() == 150);
  CHECK(at.sent("c") == 50);
  CHECK(end->handed_back.empty());
}

TEST_CASE("a campaign hears of trouble when all its relays fail, and when one of them works again") {
  group_fixture at({{"a", share(1)}, {"b", share(1, true)}});
  const auto end = at.open();
  for (auto& [name, one] : at.relays)
    one->connections = 0;
  end->queue->offer(test::make_letters(0, 100));
  at.run(*end);
  at.relays["a"]->say(true, "a is down");
  at.run(*end);
  CHECK_FALSE(end->is_failing);
  at.relays["b"]->say(true, "b is down");
  at.run(*end);
  CHECK(end->is_failing);
  CHECK(end->trouble == text_notice("a is down"));
  at.relays["b"]->connections = 10;
  at.relays["b"]->say(false, "");
  at.run(*end);
  CHECK_FALSE(end->is_failing);
  CHECK(end->accepted.count() == 100);
  CHECK(at.sent("a") == 0);
}

TEST_CASE(
    "one letter tries a failed relay again, after growing delays, and the rest follows when it is through") {
  group_fixture at({{"a", share(1)}, {"b", share(1, true)}});
  const auto end = at.open();
  at.relays["a"]->connections = 0;
  at.relays["b"]->outcome_of = [](const auto&) { return std::nullopt; };
  end->queue->offer(test::make_letters(0, 200));
  at.relays["a"]->say(true, "a is down");
  at.run(*end);
  CHECK(at.sent("b") == 10);
  at.relays["b"]->finish(letter_state::accepted, {250, "", "Ok"});
  at.run(*end);
  CHECK(at.sent("a") == 0);

  at.now += 6s;
  at.relays["a"]->connections = 10;
  at.relays["b"]->finish(letter_state::accepted, {250, "", "Ok"});
  at.run(*end);
  CHECK(at.sent("a") > 100);
  at.relays["b"]->outcome_of = {};
  at.relays["b"]->finish(letter_state::accepted, {250, "", "Ok"});
  at.run(*end);
  CHECK(end->accepted.count() == 200);
}

TEST_CASE("the letter that tries a failed relay goes another way where it is the last") {
  group_fixture at({{"a", share(1)}, {"b", share(1, true)}});
  const auto end = at.open();
  at.relays["a"]->connections = 0;
  at.relays["b"]->outcome_of = [](const auto&) { return std::nullopt; };
  end->queue->offer(test::make_letters(0, 60));
  at.relays["a"]->say(true, "a is down");
  at.run(*end);
  at.now += 6s;
  for (auto round = 0; round < 10; ++round) {
    at.relays["b"]->finish(letter_state::accepted, {250, "", "Ok"});
    at.run(*end);
  }
  CHECK(end->accepted.count() == 60);
  CHECK(at.sent("b") == 60);
}

TEST_CASE("letters that are bound to a relay wait for it, however it is") {
  group_fixture at({{"a", share(1)}, {"b", share(1, true)}});
  const auto end = at.open();
  at.relays["a"]->connections = 0;
  end->queue->offer(bound_letters(0, 3, "a"));
  end->queue->offer(test::make_letters(3, 50));
  at.relays["a"]->say(true, "a is down");
  at.run(*end);
  CHECK(end->accepted == letter_ranges{{3, 53}});
  CHECK(at.sent("b") == 50);
  at.relays["a"]->connections = 10;
  at.run(*end);
  CHECK(end->accepted == letter_ranges{{0, 53}});
  CHECK(at.sent("a") == 3);
}

TEST_CASE("relays that list a sender or a campaign serve it, and others only where none does") {
  auto shop = share(1);
  shop.senders = {"shop.example"};
  auto invoices = share(1);
  invoices.campaigns = {"Invoices*"};
  auto spare = share(1, true);
  group_fixture at({{"", share(1)}, {"invoices", invoices}, {"shop", shop}, {"spare", spare}});
  const auto send = [&](const letter_route& route, letter_index letters) {
    const auto end = at.open(route);
    end->queue->offer(test::make_letters(0, letters));
    at.run(*end);
    CHECK(end->accepted.count() == letters);
  };
  send({"news@shop.example", "Sale", {}}, 7);
  CHECK(at.sent("shop") == 7);
  send({"news@other.example", "Invoices of May", {}}, 5);
  CHECK(at.sent("invoices") == 5);
  send({"news@other.example", "Sale", {}}, 3);
  CHECK(at.sent("") == 3);
  send({"news@shop.example", "Sale", "invoices"}, 2);
  CHECK(at.sent("invoices") == 7);
  CHECK(at.sent("spare") == 0);
  send({"news@shop.example", "Sale", "spare"}, 1);
  CHECK(at.sent("spare") == 1);
}

TEST_CASE("a route that nothing serves is refused with what there is") {
  auto shop = share(1);
  shop.senders = {"shop.example", "one@else.example"};
  group_fixture at({{"shop", shop}});
  CHECK(at.group->check_route({"one@else.example", "Sale", {}}));
  const auto other = at.group->check_route({"news@other.example", "Sale", {}});
  REQUIRE_FALSE(other);
  CHECK(other.error().notice.code == "no_relay_serves");
  const auto unknown = at.group->check_route({"news@shop.example", "Sale", "shopp"});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message == "there is no relay shopp; there are: shop");
}

TEST_CASE("a withdrawn queue gives everything back once, also what no relay has yet") {
  group_fixture at({{"a", share(1)}, {"b", share(1)}});
  const auto end = at.open();
  end->grants = false;
  end->queue->offer(test::make_letters(0, 500));
  at.run(*end);
  end->queue->withdraw();
  at.run(*end);
  CHECK(end->is_over);
  CHECK(end->handed_back == letter_ranges{{0, 500}});
  CHECK(end->accepted.empty());
}

TEST_CASE("what is offered to a queue that was withdrawn comes back with its end") {
  group_fixture at({{"a", share(1)}, {"b", share(1)}});
  const auto end = at.open();
  at.run(*end);
  end->queue->withdraw();
  end->queue->offer(test::make_letters(0, 5));
  at.run(*end);
  CHECK(end->is_over);
  CHECK(end->handed_back == letter_ranges{{0, 5}});
  CHECK(end->wanted.empty());
}

TEST_CASE("a queue that is withdrawn while letters are taken from a failed relay ends") {
  group_fixture at({{"a", share(1)}, {"b", share(1)}});
  const auto end = at.open();
  at.relays["a"]->connections = 0;
  at.relays["b"]->connections = 0;
  end->queue->offer(test::make_letters(0, 100));
  at.relays["a"]->say(true, "a is down");
  at.relays["a"]->turn();
  end->queue->withdraw();
  at.run(*end);
  CHECK(end->is_over);
  CHECK(end->handed_back == letter_ranges{{0, 100}});
}
