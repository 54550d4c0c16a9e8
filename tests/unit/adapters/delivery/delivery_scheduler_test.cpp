// The rules that all relays share, without sockets and threads.

#include "adapters/delivery/delivery_scheduler.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/queue_watch.hpp"

#include <algorithm>
#include <thread>

using namespace sluice;
using sluice::test::make_batch;
using sluice::test::make_letters;

namespace {

struct desk final : letter_holder {
  explicit desk(delivery_limits limits = {}) : book(limits) {}

  std::shared_ptr<campaign_queue> open(std::vector<relay_report>& reports) {
    return open_queue(inbox, [&reports](relay_report report) { reports.push_back(std::move(report)); });
  }
  void turn() {
    std::vector<queue_request> requests;
    inbox->take(requests);
    book.apply(requests, now);
    book.deliver_reports(now);
  }
  letter_slot* take() { return book.take(now, this); }
  void on_answer(letter_slot& letter) override { answered.push_back(&letter); }

  moment now{std::chrono::hours(1)};
  std::shared_ptr<delivery_inbox> inbox = std::make_shared<delivery_inbox>([] {});
  delivery_scheduler book;
  std::vector<letter_slot*> answered;
};

const auto ok = std::make_shared<const reply>(reply{250, "2.0.0", "Ok"});

} // namespace

TEST_CASE("queues take turns, however many letters each has", "[queues]") {
  desk at;
  std::vector<relay_report> ignored;
  const auto large = at.open(ignored);
  const auto small = at.open(ignored);
  large->offer(make_letters(0, 1000));
  small->offer(make_letters(5000, 3));
  at.turn();
  std::vector<letter_index> order;
  for (auto turn = 0; turn < 8; ++turn)
    order.push_back(at.take()->one->index);
  CHECK(order == std::vector<letter_index>{0, 5000, 1, 5001, 2, 5002, 3, 4});
}

TEST_CASE("a letter is wanted once, also when its connection fails under it", "[queues]") {
  desk at;
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  queue->offer(make_letters(0, 2));
  at.turn();
  auto* first = at.take();
  at.turn();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].wanted == letter_ranges{{0, 1}});
  at.book.put_back(*first, true, nullptr);
  CHECK(at.take() == first); // before all others
  at.turn();
  CHECK(reports.size() == 1);
}

TEST_CASE("a letter goes back after three connections that failed under it", "[queues]") {
  desk at;
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  queue->offer(make_letters(0, 1));
  at.turn();
  auto* slot = at.take();
  queue->grant({{0, 1}});
  at.turn();
  for (auto attempt = 0; attempt < 2; ++attempt) {
    at.book.put_back(*slot, true, nullptr);
    REQUIRE(at.take() == slot);
  }
  at.book.put_back(*slot, true, std::make_shared<const reply>(reply{0, "", "cut"}));
  CHECK(at.take() == nullptr);
  at.turn();
  REQUIRE(reports.back().results.size() == 1);
  CHECK(reports.back().results[0].outcome == letter_state::pending);
  CHECK(reports.back().results[0].answer.text == "cut");
}

TEST_CASE("results with the same outcome and words are one group", "[queues]") {
  desk at;
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  queue->offer(make_letters(0, 4));
  at.turn();
  std::vector<letter_slot*> slots;
  for (auto each = 0; each < 4; ++each)
    slots.push_back(at.take());
  queue->grant({{0, 4}});
  at.turn();
  at.book.settle(*slots[0], letter_state::accepted, ok);
  at.book.settle(*slots[1], letter_state::refused, ok);
  at.book.settle(*slots[2], letter_state::accepted, std::make_shared<const reply>(*ok));
  at.book.settle(*slots[3], letter_state::accepted, std::make_shared<const reply>(reply{250, "", "other"}));
  at.turn();
  const auto& results = reports.back().results;
  REQUIRE(results.size() == 3);
  CHECK(results[0].letters == letter_ranges{{0, 1}, {2, 3}});
  CHECK(results[1].outcome == letter_state::refused);
  CHECK(results[2].answer.text == "other");
}

TEST_CASE("no more letters are in hand than the limit, settled ones without a grant counted", "[queues]") {
  desk at({.letters_in_hand_max = 2});
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  queue->offer(make_letters(0, 4));
  at.turn();
  auto* first = at.take();
  CHECK(at.take() != nullptr);
  CHECK(at.take() == nullptr);
  at.book.settle(*first, letter_state::refused, ok);
  CHECK(at.take() == nullptr);
  queue->grant({{0, 1}});
  at.turn();
  CHECK(at.take() != nullptr);
}

TEST_CASE("a domain over its limit does not hold back the others of its queue", "[queues]") {
  desk at({.letters_per_second_per_domain_max = 10});
  std::vector<relay_report> ignored;
  const auto queue = at.open(ignored);
  queue->offer(make_batch(0, {"a@slow.example", "b@slow.example", "c@slow.example", "d@other.example"}));
  at.turn();
  CHECK(at.take()->one->index == 0);
  CHECK(at.take()->one->index == 3);
  CHECK(at.take() == nullptr);
  CHECK_FALSE(at.book.has_letters(at.now));
  CHECK(at.book.ready_at(at.now) == at.now + std::chrono::milliseconds(100));
  CHECK(at.book.waiting(at.now) == 0);
  at.now += std::chrono::milliseconds(100);
  CHECK(at.book.has_letters(at.now));
  CHECK(at.book.waiting(at.now) == 2); // or nobody would look for a connection
  CHECK(at.take()->one->index == 1);
  CHECK(at.take() == nullptr);
}

TEST_CASE("queues take turns at a domain over its limit, and one that has gone is not waited for",
          "[queues]") {
  desk at({.letters_per_second_per_domain_max = 10});
  std::vector<relay_report> ignored;
  const auto large = at.open(ignored);
  const auto small = at.open(ignored);
  const auto third = at.open(ignored);
  large->offer(make_batch(0, std::vector<std::string>(20, "a@slow.example")));
  small->offer(make_batch(5000, std::vector<std::string>(3, "b@slow.example")));
  third->offer(make_batch(7000, std::vector<std::string>(3, "c@slow.example")));
  at.turn();
  std::vector<letter_index> order;
  const auto begin = at.now;
  while (order.size() < 9) {
    while (const auto* slot = at.take())
      order.push_back(slot->one->index);
    if (order.size() == 4) {
      third->withdraw();
      at.turn();
    }
    at.now = at.book.ready_at(at.now);
  }
  CHECK(order == std::vector<letter_index>{0, 5000, 7000, 1, 5001, 2, 5002, 3, 4});
  CHECK(at.now - begin <= std::chrono::milliseconds(1000));
}

TEST_CASE("a queue with letters for other domains too does not take all turns at a limited one", "[queues]") {
  desk at({.letters_in_hand_max = 1000, .letters_per_second_per_domain_max = 10});
  std::vector<relay_report> ignored;
  const auto large = at.open(ignored);
  const auto small = at.open(ignored);
  std::vector<std::string> recipients;
  for (auto number = 0; number < 200; ++number)
    recipients.push_back(number % 4 == 0 ? "a@slow.example" : "a@d" + std::to_string(number) + ".example");
  large->offer(make_batch(0, recipients));
  small->offer(make_batch(5000, std::vector<std::string>(5, "b@slow.example")));
  at.turn();
  std::vector<letter_index> slow;
  for (auto step = 0; step < 100; ++step) { // one letter each 10 ms: there is always one for another domain
    if (const auto* slot = at.take();
        slot != nullptr && (slot->one->index >= 5000 || slot->one->index % 4 == 0))
      slow.push_back(slot->one->index);
    at.now += std::chrono::milliseconds(10);
  }
  REQUIRE(slow.size() >= 8);
  CHECK(std::ranges::count_if(slow, [](letter_index one) { return one >= 5000; }) >= 4);
  CHECK(std::ranges::count_if(slow, [](letter_index one) { return one < 5000; }) >= 4);
}

TEST_CASE("letters beyond what a limited domain can use leave the queue, and keep nobody back", "[queues]") {
  desk at({.letters_in_hand_max = 1000, .limits = {{"slow.example", 10}}});
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  std::vector<std::string> recipients(500, "a@slow.example");
  recipients.insert(recipients.end(), 500, "b@other.example");
  queue->offer(make_batch(0, recipients));
  at.turn();
  CHECK(at.take()->one->index == 0);
  for (letter_index other = 500; other < 1000; ++other)
    REQUIRE(at.take()->one->index == other);
  CHECK(at.take() == nullptr);
  CHECK(at.book.waiting_for_domain("slow.example") == 40); // what leaves in four seconds
  at.turn();
  REQUIRE(reports.back().throttled.size() == 1);
  const auto& back = reports.back().throttled[0];
  CHECK(back.domain == "slow.example");
  CHECK(back.letters == letter_ranges{{41, 500}});
  CHECK(back.at_once == 20);
  CHECK(back.resume_in == std::chrono::seconds(2));
  queue->withdraw();
  at.turn();
  CHECK(reports.back().handed_back == letter_ranges{{1, 41}});
}

TEST_CASE("a limit for one domain is no limit for others, and one for all holds for it too", "[queues]") {
  desk at({.letters_in_hand_max = 1000, .limits = {{"slow.example", 1}, {"", 60, std::chrono::minutes(1)}}});
  std::vector<relay_report> ignored;
  const auto queue = at.open(ignored);
  queue->offer(make_batch(0, {"a@slow.example", "b@other.example", "c@other.example"}));
  at.turn();
  CHECK(at.take()->one->index == 0);
  CHECK(at.take() == nullptr);
  CHECK(at.book.ready_at(at.now) == at.now + std::chrono::seconds(1));
  at.now += std::chrono::seconds(1);
  CHECK(at.take()->one->index == 1);
  CHECK(at.take() == nullptr);
}

TEST_CASE("letters are claimed ahead of the connections that take them, granted ones first", "[queues]") {
  desk at({.letters_in_hand_max = 4});
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  queue->offer(make_letters(0, 10));
  at.turn();
  at.book.choose_ahead(at.now);
  at.turn();
  CHECK(reports.back().wanted == letter_ranges{{0, 4}});
  CHECK(at.book.has_letters(at.now));
  queue->grant({{2, 3}});
  queue->deny({{0, 1}});
  at.turn();
  CHECK(reports.back().handed_back == letter_ranges{{0, 1}});
  CHECK(at.answered.empty()); // nobody has them yet
  CHECK(at.take()->one->index == 2);
  CHECK(at.take()->one->index == 1);
  CHECK(at.take()->one->index == 3);
  CHECK(at.take()->one->index == 4); // chosen when it is taken: the denied one left a place
}

TEST_CASE("letters that were claimed ahead go back when their queue is withdrawn, or the relay fails",
          "[queues]") {
  desk at({.letters_in_hand_max = 2});
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  queue->offer(make_letters(0, 10));
  at.turn();
  at.book.choose_ahead(at.now);
  at.turn();
  queue->grant({{0, 1}});
  at.turn();
  SECTION("withdrawn") {
    queue->withdraw();
  }
  SECTION("failing") {
    at.book.set_condition(true, text_notice("refused"));
    at.book.give_up_waiting(std::make_shared<const reply>(reply{0, "", "refused"}));
    at.book.choose_ahead(at.now); // chooses nothing
  }
  at.turn();
  REQUIRE(reports.back().results.size() == 1);
  CHECK(reports.back().results[0].outcome == letter_state::pending);
  CHECK(reports.back().results[0].letters == letter_ranges{{0, 1}});
  CHECK(reports.back().wanted.empty());
  queue->grant({{1, 2}}); // it was on its way
  at.turn();
  CHECK(reports.back().results[0].outcome == letter_state::pending);
  CHECK(reports.back().results[0].letters == letter_ranges{{1, 2}});
}

TEST_CASE("letters a second are spread over the second", "[queues]") {
  desk at({.letters_per_second_max = 20});
  std::vector<relay_report> ignored;
  const auto queue = at.open(ignored);
  queue->offer(make_letters(0, 30));
  at.turn();
  const auto begin = at.now;
  for (auto letter = 0; letter < 20; ++letter) {
    REQUIRE(at.take() != nullptr);
    CHECK(at.take() == nullptr);
    at.now = at.book.ready_at(at.now);
  }
  CHECK(at.now - begin == std::chrono::seconds(1));
}

TEST_CASE("a queue that is withdrawn while letters are in hand drains when they are settled", "[queues]") {
  desk at;
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  queue->offer(make_letters(0, 3));
  at.turn();
  auto* granted = at.take();
  auto* awaited = at.take();
  queue->grant({{0, 1}});
  queue->withdraw();
  at.turn();
  CHECK(std::ranges::count(at.answered, granted) == 2); // granted, then called back
  CHECK(std::ranges::count(at.answered, awaited) == 1);
  CHECK(reports.back().handed_back == letter_ranges{{2, 3}});
  at.book.put_back(*granted, false, nullptr);
  at.book.put_back(*awaited, false, nullptr);
  at.turn();
  CHECK(reports.back().results.at(0).letters == letter_ranges{{0, 1}});
  CHECK_FALSE(reports.back().withdraw_complete);
  queue->deny({{1, 2}});
  at.turn();
  CHECK(reports.back().handed_back == letter_ranges{{1, 2}});
  CHECK(reports.back().withdraw_complete);
}

TEST_CASE("a queue hears of trouble once, again when its words change, and once of its end", "[queues]") {
  desk at;
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  at.turn();
  at.book.set_condition(true, text_notice("refused"));
  at.book.set_condition(true, text_notice("refused"));
  at.turn();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].failing);
  std::vector<relay_report> later_reports;
  const auto later = at.open(later_reports);
  at.turn();
  CHECK(later_reports.empty()); // it may work by now
  at.book.set_condition(true, text_notice("refused again"));
  at.turn();
  REQUIRE(reports.size() == 2);
  CHECK(reports[1].trouble == text_notice("refused again"));
  REQUIRE(later_reports.size() == 1);
  at.book.set_condition(false, {});
  at.turn();
  CHECK_FALSE(reports.back().failing);
  CHECK(later_reports.size() == 2);
}

TEST_CASE("once shut, a fence lets nobody begin", "[queues]") {
  send_fence fence;
  std::atomic<bool> is_shut = false;
  std::atomic<bool> has_begun_late = false;
  std::thread writer([&] {
    auto is_open = true;
    while (is_open)
      is_open = fence.run_if_open([&] {
        if (is_shut)
          has_begun_late = true;
      });
  });
  fence.close();
  is_shut = true;
  writer.join();
  CHECK_FALSE(has_begun_late);
}

TEST_CASE("where there are more queues than letters in hand, a turn is as long as a second's round allows",
          "[queues]") {
  desk at({.letters_in_hand_max = 1});
  std::vector<relay_report> ignored;
  const auto one = at.open(ignored);
  const auto other = at.open(ignored);
  one->offer(make_letters(0, 2000));
  other->offer(make_letters(5000, 2000));
  at.turn();
  // The length of each turn while a letter leaves each `pace`.
  const auto turns = [&](int letters, moment::duration pace) {
    std::vector<std::size_t> lengths;
    const queue_record* whose = nullptr;
    for (; letters > 0; --letters) {
      auto* slot = at.take();
      if (std::exchange(whose, slot->queue) != slot->queue)
        lengths.push_back(0);
      ++lengths.back();
      slot->said = letter_slot::answer::granted;
      at.book.settle(*slot, letter_state::accepted, ok);
      at.now += pace;
    }
    return lengths;
  };
  using namespace std::chrono_literals;
  CHECK(turns(30, 1ms)[1] == 10); // nothing is known of the server yet
  turns(300, 1ms);
  CHECK(turns(100, 1ms)[1] == 25);
  turns(50, 100ms);
  CHECK(turns(20, 100ms)[1] == 5); // ten letters a second, two queues
}

TEST_CASE("reports wait for more letters as long as grants come early", "[queues]") {
  using namespace std::chrono_literals;
  desk at;
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  queue->offer(make_letters(0, 1000));
  at.turn();
  const auto grant_and_wait = [&](moment::duration early) {
    auto* slot = at.take();
    at.now += 10ms; // whatever is held is due
    at.turn();
    const auto index = slot->one->index;
    queue->grant({{index, index + 1}});
    at.turn();
    at.now += early;
    at.book.on_grant_needed(*slot, at.now);
    at.book.settle(*slot, letter_state::accepted, ok);
  };
  at.take();
  at.turn();
  CHECK(reports.size() == 1); // nothing is known yet: at once
  for (int letter = 0; letter < 100; ++letter)
    grant_and_wait(6ms);
  at.now += 10ms;
  at.turn();
  reports.clear();

  SECTION("two thirds of that time") {
    at.take();
    at.turn();
    CHECK(reports.empty());
    CHECK(at.book.reports_due() > at.now + 3ms);
    CHECK(at.book.reports_due() <= at.now + 4ms);
    at.take();
    at.now = at.book.reports_due();
    at.turn();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].wanted.count() == 2);
    CHECK(at.book.reports_due() == moment::max());
  }
  SECTION("not while a connection waits for its grant") {
    auto* slot = at.take();
    at.turn();
    CHECK(reports.empty());
    at.book.on_grant_needed(*slot, at.now);
    at.turn();
    CHECK(reports.size() == 1);
  }
  SECTION("not where a letter is refused, or goes back") {
    auto* slot = at.take();
    at.now += 10ms;
    at.turn();
    queue->grant({{slot->one->index, slot->one->index + 1}});
    at.turn();
    reports.clear();
    at.book.settle(*slot, letter_state::refused, ok);
    at.turn();
    CHECK(reports.size() == 1);
    queue->withdraw();
    at.turn();
    CHECK(reports.size() == 2);
  }
}

TEST_CASE("all campaigns of a refused sender hear of it at once, whether a letter of theirs was taken or not",
          "[queues]") {
  desk at;
  const reply said{550, "5.7.60", "not as this sender"};
  const auto refusal = std::make_shared<const reply>(said);
  std::vector<relay_report> of_first, of_second, of_third, of_other;
  const auto first = at.open(of_first);
  const auto second = at.open(of_second);
  const auto third = at.open(of_third);
  const auto other = at.open(of_other);
  auto others = std::make_shared<batch>(*make_letters(0, 5));
  others->envelope_sender = "other@example.org";
  first->offer(make_letters(0, 5));
  second->offer(make_letters(0, 5));
  other->offer(batch_ptr{others});
  at.turn();
  auto* slot = at.take();
  at.book.refuse_sender(*slot, refusal);
  at.book.settle(*slot, letter_state::pending, refusal);
  at.turn();
  CHECK(of_first.back().sender_refused == said);
  REQUIRE_FALSE(of_second.empty());
  CHECK(of_second.back().sender_refused == said);
  for (const auto& report : of_other)
    CHECK_FALSE(report.sender_refused);

  // Its letters are made while the first one is refused.
  third->offer(make_letters(0, 5));
  at.turn();
  REQUIRE_FALSE(of_third.empty());
  CHECK(of_third.back().sender_refused == said);
  auto* next = at.take();
  REQUIRE(next != nullptr);
  CHECK(next->from->envelope_sender == "other@example.org");

  // Who asks afterwards has been told that it is mended, or finds out.
  std::vector<relay_report> of_later;
  const auto later = at.open(of_later);
  later->offer(make_letters(0, 5));
  at.turn();
  for (const auto& report : of_later)
    CHECK_FALSE(report.sender_refused);
}

TEST_CASE("a sender of whom a letter was accepted since is refused no longer", "[queues]") {
  desk at;
  const auto refusal = std::make_shared<const reply>(reply{550, "5.7.60", "not as this sender"});
  std::vector<relay_report> of_first, of_waiting, of_resumed;
  const auto first = at.open(of_first);
  const auto waiting = at.open(of_waiting);
  first->offer(make_letters(0, 5));
  at.turn();
  auto* slot = at.take();
  at.book.refuse_sender(*slot, refusal);
  at.book.settle(*slot, letter_state::pending, refusal);
  const auto resumed = at.open(of_resumed);
  resumed->offer(make_letters(0, 5));
  at.turn();
  slot = at.take();
  REQUIRE(slot != nullptr);
  at.book.settle(*slot, letter_state::accepted, ok);
  waiting->offer(make_letters(0, 5));
  at.turn();
  for (const auto& report : of_waiting)
    CHECK_FALSE(report.sender_refused);
}

TEST_CASE("letters of a refused sender that were claimed ahead go back, and do not try for themselves",
          "[queues]") {
  desk at({.letters_in_hand_max = 4});
  const auto refusal = std::make_shared<const reply>(reply{550, "5.7.60", "not as this sender"});
  std::vector<relay_report> reports;
  const auto queue = at.open(reports);
  queue->offer(make_letters(0, 10));
  at.turn();
  at.book.choose_ahead(at.now);
  at.turn();
  queue->grant({{0, 3}});
  at.turn();
  auto* slot = at.take();
  at.book.refuse_sender(*slot, refusal);
  at.book.settle(*slot, letter_state::pending, refusal);
  CHECK(at.take() == nullptr);
  at.turn();
  letter_ranges returned;
  for (const auto& group : reports.back().results) {
    CHECK(group.outcome == letter_state::pending);
    returned.add(group.letters);
  }
  CHECK(returned == letter_ranges{{0, 3}});
  queue->grant({{3, 4}}); // it was on its way
  at.turn();
  REQUIRE(reports.back().results.size() == 1);
  CHECK(reports.back().results[0].letters == letter_ranges{{3, 4}});
}
