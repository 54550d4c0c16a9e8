// The journal's contract, on both of its forms.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/hash_chain.hpp"

#include <atomic>
#include <thread>

using namespace sluice;
using namespace sluice::testing;

namespace {

constexpr campaign_id first_campaign{1};
constexpr campaign_id second_campaign{2};

} // namespace

TEST_CASE("what was appended is read back in order, numbered from 1") {
  any_store store(every_kind());
  const auto one = cancelled_saying("one", 1);
  const auto two = cancelled_saying("two", 2);
  const auto three = cancelled_saying("three", 3);
  CHECK(expect(append_now(store->journal(), request(first_campaign, 0, {one, two}))) == 2);
  CHECK(expect(append_now(store->journal(), request(first_campaign, 2, {three}))) == 3);

  const auto events = read_all(store->journal(), first_campaign);
  REQUIRE(events.size() == 3);
  CHECK(events[0].event == one);
  CHECK(events[1].event == two);
  CHECK(events[2].event == three);
  for (std::size_t index = 0; index < events.size(); ++index)
    CHECK(events[index].number == index + 1);
}

TEST_CASE("every record carries the hash of the one before it") {
  any_store store(every_kind());
  append_many(store->journal(), first_campaign, 0, 5);
  const auto events = read_all(store->journal(), first_campaign);
  CHECK(events[0].previous == sha256_hash{});
  for (std::size_t index = 1; index < events.size(); ++index)
    CHECK(events[index].previous == events[index - 1].hash);
}

TEST_CASE("both forms of the journal write the same chain") {
  any_store on_disk(store_kind::rocksdb);
  any_store in_memory(store_kind::memory);
  append_many(on_disk->journal(), first_campaign, 0, 3);
  append_many(in_memory->journal(), first_campaign, 0, 3);
  CHECK(read_all(on_disk->journal(), first_campaign).back().hash ==
        read_all(in_memory->journal(), first_campaign).back().hash);
}

TEST_CASE("reading begins at the number asked for and ends when the visitor has enough") {
  any_store store(every_kind());
  append_many(store->journal(), first_campaign, 0, 10);
  const auto tail = read_all(store->journal(), first_campaign, 8);
  REQUIRE(tail.size() == 3);
  CHECK(tail.front().number == 8);
  CHECK(tail.front().previous != sha256_hash{});
  CHECK(read_all(store->journal(), first_campaign, 11).empty());
  CHECK(read_all(store->journal(), first_campaign, 1'000).empty());

  std::vector<event_number> seen;
  expect(store->journal().read(first_campaign, 2, [&](const stored_event& one) {
    seen.push_back(one.number);
    return seen.size() < 3;
  }));
  CHECK(seen == std::vector<event_number>{2, 3, 4});
}

TEST_CASE("a log without events reads as empty") {
  any_store store(every_kind());
  append_many(store->journal(), second_campaign, 0, 1);
  CHECK(read_all(store->journal(), first_campaign).empty());
  CHECK(read_all(store->journal(), {3}).empty());
}

TEST_CASE("an append that expects another end is a conflict and changes nothing") {
  any_store store(every_kind());
  append_many(store->journal(), first_campaign, 0, 2);
  for (const event_number wrong : {0U, 1U, 3U}) {
    const auto answer =
        append_now(store->journal(), request(first_campaign, wrong, {cancelled_saying("no")}));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == error_code::conflict);
  }
  CHECK(read_all(store->journal(), first_campaign).size() == 2);
  CHECK(expect(append_now(store->journal(), request(first_campaign, 2, {cancelled_saying("yes")}))) == 3);
}

TEST_CASE("campaigns have logs of their own and are listed lowest first") {
  any_store store(every_kind());
  CHECK(expect(store->journal().campaigns()).empty());
  for (const std::uint64_t id : {300U, 7U, 256U, 1U})
    append_many(store->journal(), {id}, 0, 3);
  CHECK(expect(store->journal().campaigns()) == std::vector<campaign_id>{{1}, {7}, {256}, {300}});
  CHECK(read_all(store->journal(), {256}).size() == 3);
}

TEST_CASE("the answer for an idempotency key is remembered together with the events") {
  any_store store(every_kind());
  const key_record key{.key = "shop\nabc",
                       .what = "pause",
                       .campaign = first_campaign,
                       .answer = {.status = status::paused, .changed = true, .version = 1, .in_flight = 12},
                       .at = at_second(5)};
  auto with_key = request(first_campaign, 0, {cancelled_saying("one")});
  with_key.key = key;
  CHECK_FALSE(expect(store->journal().find_key(key.key)));
  expect(append_now(store->journal(), with_key));
  CHECK(expect(store->journal().find_key(key.key)) == key);
  CHECK_FALSE(expect(store->journal().find_key("shop\nab")));

  auto only_key = request(first_campaign, 1, {});
  only_key.key = key;
  only_key.key->key = "shop\nother";
  CHECK(expect(append_now(store->journal(), only_key)) == 1);
  CHECK(expect(store->journal().find_key("shop\nother")));
}

TEST_CASE("a key is not remembered when its events meet a conflict") {
  any_store store(every_kind());
  auto refused = request(first_campaign, 4, {cancelled_saying("one")});
  refused.key = key_record{.key = "k", .what = "pause", .campaign = first_campaign, .answer = {}, .at = {}};
  CHECK_FALSE(append_now(store->journal(), refused));
  CHECK_FALSE(expect(store->journal().find_key("k")));
}

TEST_CASE("raw records show numbers, hashes and bodies as they lie there") {
  any_store store(every_kind());
  append_many(store->journal(), first_campaign, 0, 4);
  const auto events = read_all(store->journal(), first_campaign);
  event_number expected = 2;
  expect(store->journal().read_raw(first_campaign, 2, [&](const raw_record& one) {
    CHECK(one.number == expected);
    CHECK(one.is_whole);
    CHECK(one.hash == events[expected - 1].hash);
    CHECK(one.previous == events[expected - 1].previous);
    CHECK_FALSE(one.body.empty());
    ++expected;
    return true;
  }));
  CHECK(expected == 5);
}

TEST_CASE("appends of many threads to many campaigns all get their numbers") {
  any_store store(every_kind());
  constexpr std::uint64_t thread_count = 8;
  constexpr std::size_t appends = 50;
  std::vector<std::thread> threads;
  for (std::uint64_t id = 1; id <= thread_count; ++id)
    threads.emplace_back([&store, id] { append_many(store->journal(), {id}, 0, appends); });
  for (auto& thread : threads)
    thread.join();
  for (std::uint64_t id = 1; id <= thread_count; ++id)
    CHECK(read_all(store->journal(), {id}).size() == appends);
}

TEST_CASE("who awaits the appends is told when each of them is answered, whatever the answer") {
  any_store store(every_kind());
  std::atomic<int> answered = 0;
  for (event_number last = 0; last < 20; ++last) // every second one meets a conflict
    store->journal().append(request(first_campaign, last / 2, {cancelled_saying(std::to_string(last))}),
                            [&](const result<event_number>&) { ++answered; });
  std::promise<std::size_t> told;
  store->journal().await_appends([&] {
    CHECK(answered == 20);
    told.set_value(read_all(store->journal(), first_campaign).size());
  });
  CHECK(told.get_future().get() == 10);
  std::promise<void> told_again;
  store->journal().await_appends([&] { told_again.set_value(); }); // there is nothing to await
  told_again.get_future().get();
}

TEST_CASE("a log may be read while it is written") {
  any_store store(every_kind());
  std::thread writing([&store] { append_many(store->journal(), first_campaign, 0, 200); });
  for (int round = 0; round < 50; ++round) {
    event_number last = 0;
    expect(store->journal().read(first_campaign, 1, [&](const stored_event& one) {
      last = one.number;
      return true;
    }));
    CHECK(last <= 200);
  }
  writing.join();
  CHECK(read_all(store->journal(), first_campaign).size() == 200);
}

TEST_CASE("an answer that throws keeps nothing from later appends") {
  any_store store(store_kind::rocksdb);
  store->journal().append(
      request(first_campaign, 0, {cancelled_saying("one")}),
      [](const result<event_number>&) { throw std::runtime_error("nobody is there any more"); });
  CHECK(expect(append_now(store->journal(), request(first_campaign, 1, {cancelled_saying("two")}))) == 2);
}
