#include "actors/test_copy.hpp"

#include "actors/audit/log_queries.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/examples.hpp"

namespace sluice::testing {
namespace {

using namespace std::chrono_literals;

/// A draft for a hundred recipients, and what became of copies of its fourth letter.
struct test_run {
  actor_fixture node;
  campaign_id draft = node.create(examples::spec(), node.make_audience(100));
  std::optional<std::vector<test_copy_result>> results;

  void send(const std::vector<std::string>& addresses) {
    auto copies = make_test_copies(*node.parts->store, node.show_whole(draft), 3, addresses, node.now());
    REQUIRE(copies);
    send_test_copies(node.system(), *node.relay, std::move(*copies), test_copy_timeout,
                     [this](auto told) { results = std::move(told); });
  }
};

} // namespace

TEST_CASE("test copies are one recipient's letter, marked, at other addresses; the campaign knows nothing") {
  test_run test;
  const auto before = test.node.show(test.draft);
  test.send({"a@test.example", "b@test.example"});
  test.node.run();
  REQUIRE(test.results);
  CHECK(*test.results ==
        std::vector<test_copy_result>{{"a@test.example", letter_state::accepted, {250, "2.0.0", "Ok"}},
                                      {"b@test.example", letter_state::accepted, {250, "2.0.0", "Ok"}}});
  REQUIRE(test.node.relay->arrivals.size() == 2);
  CHECK(test.node.relay->arrivals[1].recipient == "b@test.example");
  for (const auto& one : test.node.relay->arrivals) {
    CHECK(one.message.find("Subject: [Test] Recipient 3, everything") != std::string::npos);
    CHECK(one.message.find("Hello Recipient 3") != std::string::npos);
  }
  CHECK(test.node.show(test.draft).counts == before.counts);
  CHECK(test.node.log(test.draft).size() == 1);
}

TEST_CASE("a suppressed address gets no test copy, and the reason is told") {
  test_run test;
  REQUIRE(
      test.node.parts->store->suppressions().add({{"gone@test.example", "bounced", test.node.now()}}, {}));
  test.send({"Gone@test.example"});
  REQUIRE(test.results);
  CHECK(test.results->front() == test_copy_result{"Gone@test.example", letter_state::skipped,
                                                  reply_of(notice{"suppressed", {{"reason", "bounced"}}})});
  test.node.run();
  CHECK(test.node.relay->arrivals.empty());
}

TEST_CASE("a test copy that no connection takes is answered in time, with the relay's trouble, and is not "
          "sent later") {
  test_run test;
  test.node.relay->connections = 0;
  test.send({"a@test.example"});
  test.node.run();
  test.node.relay->say(true, "connection refused");
  test.node.pass(29s);
  CHECK(!test.results);
  test.node.pass(2s);
  REQUIRE(test.results);
  CHECK(test.results->front() == test_copy_result{"a@test.example", letter_state::pending,
                                                  reply_of(text_notice("connection refused"))});
  test.node.relay->connections = 20;
  test.node.pass(60s);
  CHECK(test.node.relay->arrivals.empty());
}

TEST_CASE("a test copy whose reply does not come in time is told to be in doubt") {
  test_run test;
  test.node.relay->outcome_of = [](const auto&) { return std::optional<result_group>{}; };
  test.send({"a@test.example"});
  test.node.pass(31s);
  REQUIRE(test.results);
  CHECK(test.results->front().outcome == letter_state::in_doubt);
  CHECK(test.node.relay->arrivals.size() == 1);
}

TEST_CASE("a search finds letters by a part of their address in any case, and goes on where it stopped") {
  actor_fixture node;
  const auto id = node.start(examples::spec(), 1000);
  node.run();
  const auto view = node.show(id);
  const auto wanted = node.parts->store->audiences().read(view.audience.id, 7, 1).value().front().email;
  letters_query query;
  query.limit = 30;
  const auto first = search_letters(*node.parts->store, view, "EXAMPLE", query).value();
  CHECK(first.rows.size() == 30);
  REQUIRE(first.last == 29);
  query.after = first.last;
  CHECK(search_letters(*node.parts->store, view, "EXAMPLE", query).value().rows.front().index == 30);
  const auto one = search_letters(*node.parts->store, view, wanted, {}).value();
  REQUIRE(one.rows.size() == 1);
  CHECK(one.rows.front().index == 7);
  CHECK(one.rows.front().state == letter_state::accepted);
  CHECK(one.last == std::nullopt);
  letters_query refused;
  refused.outcome = letter_state::refused;
  CHECK(search_letters(*node.parts->store, view, "example", refused).value().rows.empty());
}

} // namespace sluice::testing
