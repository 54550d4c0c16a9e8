// The journal and the nodes of a shared store: who may append, and what an answer that did not come means.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/cluster_table.hpp"
#include "persistence/postgres/connection.hpp"

#include <atomic>
#include <map>
#include <thread>

using namespace sluice;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

/// Stores of several nodes over one database.
class shared_stores {
public:
  std::unique_ptr<store> open(const std::string& name) {
    return expect(open_store(database_.url(), open_mode::read_write,
                             {.node = name, .folder = folder_.path() / name, .accept_single = true}));
  }
  const std::string& url() const { return database_.url(); }

private:
  test_database database_;
  temporary_folder folder_;
};

bool has_shared_database() {
  if (!has_postgres())
    WARN("no database for tests: SLUICE_TEST_POSTGRES is not set");
  return has_postgres();
}

error_code code_of(const result<event_number>& answer) {
  REQUIRE_FALSE(answer);
  return answer.error().code;
}

node_row row_of(store& one) {
  const auto us = one.cluster()->self();
  for (const auto& row : expect(one.cluster()->nodes()))
    if (row.node == us.node)
      return row;
  throw std::runtime_error("a node does not see itself");
}

} // namespace

TEST_CASE("a campaign is appended to by the node that made it, and by no other until that takes it over") {
  if (!has_shared_database())
    return;
  shared_stores shared;
  const auto a = shared.open("a");
  const auto b = shared.open("b");
  append_many(a->journal(), one_campaign, 0, 2);
  CHECK(code_of(append_now(b->journal(), request(one_campaign, 2, {cancelled_saying("b")}))) ==
        error_code::conflict);
  CHECK(expect(b->cluster()->owner_of(one_campaign)) == a->cluster()->self().node);

  // It lives: its row moves between being seen and being declared dead.
  const auto seen = row_of(*a);
  expect(a->cluster()->beat());
  CHECK_FALSE(expect(b->cluster()->declare_dead(seen)));
  CHECK(expect(b->cluster()->declare_dead(row_of(*a))));
  CHECK(a->cluster()->beat().error().code == error_code::conflict);

  const auto dead = row_of(*a);
  const std::vector<campaign_id> wanted{one_campaign};
  CHECK(expect(b->cluster()->take(wanted, dead)) == wanted);
  CHECK(expect(append_now(b->journal(), request(one_campaign, 2, {cancelled_saying("b")}))) == 3);
  CHECK(code_of(append_now(a->journal(), request(one_campaign, 2, {cancelled_saying("a")}))) ==
        error_code::conflict);
  CHECK(code_of(append_now(a->journal(), request(one_campaign, 3, {cancelled_saying("a")}))) ==
        error_code::conflict);
  CHECK(read_all(a->journal(), one_campaign).size() == 3);
}

TEST_CASE("an older incarnation appends nothing, even where nobody took its campaigns") {
  if (!has_shared_database())
    return;
  shared_stores shared;
  const auto a = shared.open("a");
  const auto b = shared.open("b");
  append_many(a->journal(), one_campaign, 0, 1);
  CHECK(expect(b->cluster()->declare_dead(row_of(*a))));
  const auto before = a->cluster()->self().incarnation;
  expect(a->cluster()->rejoin());
  CHECK(a->cluster()->self().incarnation == before + 1);
  // What is still its own is its own again, in a new term: what an actor of before knows is asked anew.
  CHECK(expect(append_now(a->journal(), request(one_campaign, 1, {cancelled_saying("again")}))) == 2);
}

TEST_CASE("of two nodes that take the same campaigns each gets what the other did not") {
  if (!has_shared_database())
    return;
  shared_stores shared;
  const auto a = shared.open("a");
  const auto b = shared.open("b");
  const auto c = shared.open("c");
  std::vector<campaign_id> all;
  for (std::uint64_t id = 1; id <= 50; ++id) {
    append_many(a->journal(), {id}, 0, 1);
    all.push_back({id});
  }
  CHECK(expect(b->cluster()->declare_dead(row_of(*a))));
  const auto dead = row_of(*a);
  std::vector<campaign_id> by_b;
  std::vector<campaign_id> by_c;
  std::thread taking([&] { by_c = expect(c->cluster()->take(all, dead)); });
  by_b = expect(b->cluster()->take(all, dead));
  taking.join();
  CHECK(by_b.size() + by_c.size() == all.size());
  CHECK(expect(c->cluster()->campaigns_of(a->cluster()->self().node)).empty());
}

TEST_CASE("a campaign that is given is the other's, which is told with its beat") {
  if (!has_shared_database())
    return;
  shared_stores shared;
  const auto a = shared.open("a");
  const auto b = shared.open("b");
  append_many(a->journal(), one_campaign, 0, 1);
  const std::vector<campaign_id> given{one_campaign};
  expect(a->cluster()->give(given, row_of(*b)));
  const auto before = b->cluster()->self().given;
  expect(b->cluster()->beat());
  expect(b->cluster()->beat());
  CHECK(b->cluster()->self().given == before + 1);
  CHECK(code_of(append_now(a->journal(), request(one_campaign, 1, {cancelled_saying("a")}))) ==
        error_code::conflict);
  CHECK(expect(append_now(b->journal(), request(one_campaign, 1, {cancelled_saying("b")}))) == 2);
}

TEST_CASE("a beat tells which logs grew since the one before") {
  if (!has_shared_database())
    return;
  shared_stores shared;
  const auto a = shared.open("a");
  append_many(a->journal(), {7}, 0, 2);
  append_many(a->journal(), {8}, 0, 1);
  expect(a->cluster()->beat());
  const auto first = row_of(*a).changes;
  REQUIRE(first.size() == 1);
  CHECK(first.back().are_all);
  CHECK(first.back().campaigns == std::vector<campaign_id>{{7}, {8}});
  expect(a->cluster()->beat());
  const auto second = row_of(*a).changes;
  REQUIRE(second.size() == 2);
  CHECK(second.front() == first.front());
  CHECK(second.back().campaigns.empty());
}

TEST_CASE("a node of a name that another folder has is refused, until that node is dead") {
  if (!has_shared_database())
    return;
  shared_stores shared;
  const temporary_folder elsewhere;
  const auto open_again = [&] {
    return open_store(shared.url(), open_mode::read_write,
                      {.node = "a", .folder = elsewhere.path(), .accept_single = true});
  };
  {
    const auto a = shared.open("a");
    CHECK(open_again().error().code == error_code::conflict);
    const auto b = shared.open("b");
    CHECK(expect(b->cluster()->declare_dead(row_of(*a))));
  }
  CHECK(open_again());
}

TEST_CASE("a command that is left for a campaign's owner is answered once") {
  if (!has_shared_database())
    return;
  shared_stores shared;
  const auto a = shared.open("a");
  const auto b = shared.open("b");
  append_many(a->journal(), one_campaign, 0, 1);
  const auto id = expect(b->cluster()->post_command(one_campaign, "pause"));
  CHECK(expect(b->cluster()->posted_commands()).empty());
  const auto posted = expect(a->cluster()->posted_commands());
  REQUIRE(posted.size() == 1);
  CHECK(posted.front().asked == "pause");
  CHECK_FALSE(expect(b->cluster()->take_answer(id)));
  expect(a->cluster()->answer_command(id, "done"));
  expect(a->cluster()->answer_command(id, "done twice"));
  CHECK(expect(b->cluster()->take_answer(id)) == "done");
  CHECK_FALSE(expect(b->cluster()->take_answer(id)));
}

TEST_CASE(
    "of two nodes that are given one idempotency key the second is refused, and its events are not kept") {
  if (!has_shared_database())
    return;
  shared_stores shared;
  const auto a = shared.open("a");
  const auto b = shared.open("b");
  const auto create = [](store& at, std::uint64_t id) {
    auto wanted = request({id}, 0, {cancelled_saying("created")});
    wanted.key = key_record{"shop\nkey", "create", {id}, {status::draft, true, 1, 0}, at_second(1), {}};
    return append_now(at.journal(), std::move(wanted));
  };
  CHECK(expect(create(*a, 1)) == 1);
  const auto second = create(*b, 2);
  REQUIRE_FALSE(second);
  CHECK(second.error().notice.code == "idempotency_key_taken");
  CHECK(read_all(b->journal(), {2}).empty());
}

TEST_CASE(
    "sessions that are cut off amid appends lose nothing that was acknowledged and keep nothing twice") {
  if (!has_shared_database())
    return;
  shared_stores shared;
  const auto a = shared.open("a");
  std::atomic<bool> is_over = false;
  std::thread cutting([&] {
    // Other sessions than its own, as fast as they come: each answer may be the one that does not.
    while (!is_over) {
      auto connection = pg_connection::connect(shared.url(), 5s);
      for (int times = 0; connection && times < 50 && !is_over; ++times)
        static_cast<void>(
            (*connection)
                ->run_script("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                             "current_database() AND pid <> pg_backend_pid(); SELECT pg_sleep(0.004)",
                             5s)
                .has_value());
    }
  });
  constexpr event_number rounds = 150;
  constexpr std::uint64_t campaigns = 6;
  std::map<std::uint64_t, event_number> ends;
  std::size_t refused = 0;
  for (event_number round = 0; round < rounds; ++round) {
    std::map<std::uint64_t, std::future<result<event_number>>> answers;
    for (std::uint64_t id = 1; id <= campaigns; ++id)
      answers.emplace(id,
                      append_soon(a->journal(),
                                  request({id}, ends[id], {cancelled_saying(std::to_string(ends[id] + 1))})));
    for (auto& [id, answer] : answers) {
      const auto done = answer.get();
      if (done)
        ends[id] = *done;
      else
        ++refused; // it was never sent
    }
  }
  is_over = true;
  cutting.join();
  INFO(refused << " appends were refused");
  for (const auto& [id, end] : ends) {
    const auto events = read_all(a->journal(), {id});
    REQUIRE(events.size() == end);
    for (event_number number = 1; number <= end; ++number)
      CHECK(std::get<cancelled>(events[number - 1].event.body).words == std::to_string(number));
  }
}
