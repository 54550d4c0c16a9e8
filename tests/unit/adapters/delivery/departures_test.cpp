// Limits as providers count them: by the MAILs that come, however slow the claims are and whatever connections do.

#include "adapters/delivery/delivery_scheduler.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/queue_watch.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace sluice;
using sluice::test::make_batch;
using namespace std::chrono_literals;

namespace {

const auto ok = std::make_shared<const reply>(reply{250, "2.0.0", "Ok"});
const auto lost = std::make_shared<const reply>(reply{0, "", "lost"});

/// Connections that take letters as soon as they may, and a campaign whose grants come in its own time.
struct world final : letter_holder {
  world(delivery_limits limits, std::vector<std::string> recipients, unsigned seed) :
      scheduler(std::move(limits)), chance(seed), total(recipients.size()) {
    queue = open_queue(inbox, [this](relay_report report) {
      report.wanted.for_each([&](letter_index index) { wanted.add(index); });
      settled += report.handed_back.count();
      for (const auto& group : report.results)
        settled += group.letters.count();
      for (const auto& some : report.throttled)
        throttled.emplace_back(now + some.resume_in, some.letters);
    });
    all = make_batch(0, recipients);
    queue->offer(all);
  }

  void on_answer(letter_slot&) override {}

  struct carried {
    letter_slot* slot;
    moment until;
    bool is_cut;
  };

  /// One millisecond of the relay's loop.
  void step() {
    if (now >= grants_at && !wanted.empty()) {
      queue->grant(std::exchange(wanted, {}));
      grants_at = now + std::chrono::milliseconds(grant_delay(chance));
    }
    std::vector<queue_request> requests;
    inbox->take(requests);
    scheduler.apply(requests, now);
    for (auto& one : std::vector(std::move(busy))) {
      const auto is_granted = one.slot->said == letter_slot::answer::granted;
      if (now < one.until || (!is_granted && !one.is_cut))
        busy.push_back(one);
      else if (one.is_cut)
        scheduler.put_back(*one.slot, false, lost);
      else
        scheduler.settle(*one.slot, letter_state::accepted, ok);
    }
    std::erase_if(throttled, [&](auto& some) {
      if (some.first > now)
        return false;
      std::vector<std::string> again;
      some.second.for_each(
          [&](letter_index index) { again.emplace_back(all->recipient_of(all->letters[index])); });
      // One by one: each offered again under its own index.
      std::size_t at = 0;
      some.second.for_each([&](letter_index index) { queue->offer(make_batch(index, {again[at++]})); });
      return true;
    });
    scheduler.choose_ahead(now);
    while (busy.size() < connections && scheduler.has_letters(now)) {
      auto* slot = scheduler.take(now, this);
      if (slot == nullptr)
        break;
      mails[std::string(slot->recipient().substr(slot->recipient().find('@') + 1))].push_back(now);
      mails[""].push_back(now);
      busy.push_back({slot, now + 30ms, is_cut(chance)});
    }
    scheduler.deliver_reports(now);
    now += 1ms;
  }

  /// The most that came within any one `period`.
  std::size_t most_within(const std::string& domain, milliseconds period) {
    const auto& times = mails[domain];
    std::size_t most = 0;
    std::size_t first = 0;
    for (std::size_t last = 0; last < times.size(); ++last) {
      while (times[last] - times[first] >= period)
        ++first;
      most = std::max(most, last - first + 1);
    }
    return most;
  }

  delivery_scheduler scheduler;
  std::shared_ptr<delivery_inbox> inbox = std::make_shared<delivery_inbox>([] {});
  std::shared_ptr<campaign_queue> queue;
  batch_ptr all;
  std::mt19937 chance;
  std::uniform_int_distribution<int> grant_delay{0, 4000};
  std::bernoulli_distribution is_cut{0.1};
  std::size_t connections = 20;
  moment now{1h};
  moment grants_at{};
  letter_ranges wanted;
  std::vector<carried> busy;
  std::vector<std::pair<moment, letter_ranges>> throttled;
  std::map<std::string, std::vector<moment>> mails;
  std::size_t settled = 0;
  std::size_t total;
};

std::vector<std::string> people(std::size_t count, const std::vector<std::string>& domains) {
  std::vector<std::string> all;
  for (std::size_t index = 0; index < count; ++index)
    all.push_back("n" + std::to_string(index) + "@" + domains[index % domains.size()]);
  return all;
}

} // namespace

TEST_CASE("no second sees more MAILs than a limit on all letters allows, with grants that take seconds and "
          "connections that break") {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    world at({.letters_per_second_max = 20}, people(600, {"one.example", "two.example"}), seed);
    for (int millisecond = 0; millisecond < 120'000 && at.settled < at.total; ++millisecond)
      at.step();
    CHECK(at.settled == at.total);
    CHECK(at.mails[""].size() > at.total); // tries that came to nothing are counted too
    CHECK(at.most_within("", 1s) <= 20);
  }
}

TEST_CASE("no second sees more MAILs to a domain than its limit allows, and others are not kept back") {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    world at({.limits = {{"slow.example", 5}}}, people(300, {"slow.example", "two.example", "three.example"}),
             seed);
    for (int millisecond = 0; millisecond < 300'000 && at.settled < at.total; ++millisecond)
      at.step();
    CHECK(at.settled == at.total);
    CHECK(at.most_within("slow.example", 1s) <= 5);
    CHECK(at.most_within("two.example", 1s) > 5);
  }
}

TEST_CASE("a limit is used, too: claims that come at once cost it nothing") {
  world at({.letters_per_second_max = 50}, people(1000, {"one.example"}), 1);
  at.grant_delay = std::uniform_int_distribution<int>{0, 5};
  at.is_cut = std::bernoulli_distribution{0};
  for (int millisecond = 0; millisecond < 60'000 && at.settled < at.total; ++millisecond)
    at.step();
  CHECK(at.settled == at.total);
  CHECK(at.now - moment{1h} < 21s);
  CHECK(at.most_within("", 1s) <= 50);
}

TEST_CASE("at a high rate the burst is the 20 ms that timers need, and no more") {
  world at({.letters_in_hand_max = 2000, .letters_per_second_max = 500}, people(3000, {"one.example"}), 1);
  at.connections = 200;
  for (int millisecond = 0; millisecond < 120'000 && at.settled < at.total; ++millisecond)
    at.step();
  CHECK(at.settled == at.total);
  CHECK(at.most_within("", 1s) <= 500 + 10);
  CHECK(at.most_within("", 20ms) <= 20);
}

TEST_CASE("letters under a slow limit are not claimed long before they leave") {
  world at({.letters_per_second_max = 1}, people(20, {"one.example"}), 1);
  at.step();
  at.step();
  CHECK(at.wanted.count() + at.busy.size() <= 2);
}
