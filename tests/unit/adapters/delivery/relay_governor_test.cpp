// Whose failure a reply is, by what happened before and beside it.
#include "adapters/delivery/relay_governor.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/queue_watch.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const reply denied{554, "5.7.1", "Relay access denied"};
const reply throttled{454, "", "Throttling failure: Maximum sending rate exceeded"};

/// A governor, and letters to n0@d0.example, n1@d1.example … of ten domains.
struct governed {
  relay_governor governor{reply_policy{}, 20, 1min, {100ms, 10s, [] { return 1.0; }}};
  moment now{1h};
  batch_ptr letters;

  governed() {
    std::vector<std::string> recipients;
    for (int index = 0; index < 100; ++index)
      recipients.push_back("n" + std::to_string(index) + "@d" + std::to_string(index % 10) + ".example");
    letters = make_batch(0, recipients);
  }
  letter_slot slot(std::size_t index) const {
    letter_slot made;
    made.from = letters;
    made.one = &letters->letters[index];
    return made;
  }
  disposition judge(std::size_t index, const reply& said, smtp_step step = smtp_step::recipient) {
    return governor.judge(slot(index), said, step, now, 20, 20);
  }
  void accept(std::size_t from, std::size_t to) {
    for (auto index = from; index < to; ++index)
      governor.on_accepted(slot(index), now += 10ms);
  }
};

} // namespace

TEST_CASE(
    "an account that is denied twice in a row is in trouble, and one letter tries after growing delays") {
  governed at;
  at.accept(0, 10);
  CHECK(at.judge(10, denied).outcome == letter_state::pending);
  CHECK_FALSE(at.governor.is_account_refusing());
  CHECK(at.judge(11, denied).outcome == letter_state::pending);
  REQUIRE(at.governor.is_account_refusing());
  CHECK(at.governor.account_trouble().code == "account_refuses");
  const auto first = at.governor.open_from() - at.now;
  at.judge(12, denied); // sent before it was known
  CHECK(at.governor.open_from() - at.now == first);
  at.now = at.governor.open_from();
  at.judge(13, denied);
  CHECK(at.governor.open_from() - at.now == 2 * first);
  at.accept(13, 14);
  CHECK_FALSE(at.governor.is_account_refusing());
  CHECK(at.governor.open_from() == moment::min());
}

TEST_CASE("what is said of one letter three times while others pass is its own") {
  governed at;
  for (std::size_t time = 0; time < 2; ++time) {
    at.accept(10 + time, 11 + time);
    CHECK(at.judge(0, denied).outcome == letter_state::pending);
    CHECK_FALSE(at.governor.is_account_refusing());
  }
  at.accept(20, 21);
  CHECK(at.judge(0, denied).outcome == letter_state::refused);
}

TEST_CASE(
    "a letter that is alone is tried often, and then it is its own, unless a limit with a period says it") {
  const auto tries = [](const reply& said) {
    governed at;
    at.accept(1, 10);
    for (int time = 1; time < 100; ++time) {
      at.now = std::max(at.now, at.governor.open_from());
      if (at.judge(0, said).outcome == letter_state::refused)
        return time;
    }
    return 100;
  };
  CHECK(tries(denied) == 8);
  CHECK(tries({550, "5.4.5", "Daily user sending limit exceeded"}) == 100);
}

TEST_CASE("the words of a pace slow down, and the letter goes back") {
  governed at;
  at.accept(0, 20);
  CHECK_FALSE(at.governor.per_second(at.now).has_value());
  CHECK(at.judge(20, throttled, smtp_step::mail).outcome == letter_state::pending);
  REQUIRE(at.governor.per_second(at.now).has_value());
  CHECK(*at.governor.per_second(at.now) < 20);
  CHECK_THAT(at.governor.slowed_by(), ContainsSubstring("Throttling"));
}

TEST_CASE("the same delay to three with nobody accepted between is about the pace") {
  governed at;
  const reply later{451, "4.7.1", "Service not available, session 17"};
  CHECK(at.judge(0, later).outcome == letter_state::deferred);
  CHECK(at.judge(1, later).outcome == letter_state::deferred);
  CHECK(at.judge(2, later).outcome == letter_state::pending);
  CHECK(at.governor.per_second(at.now).has_value());

  SECTION("greylisting and full mailboxes are not") {
    governed other;
    for (std::size_t index = 0; index < 5; ++index) {
      CHECK(other.judge(index, {450, "4.2.0", "Greylisted, see later"}).outcome == letter_state::deferred);
      CHECK(other.judge(index, {452, "4.2.2", "Mailbox full"}).outcome == letter_state::deferred);
    }
    CHECK_FALSE(other.governor.per_second(other.now).has_value());
  }
}

TEST_CASE("a pace that is one domain's holds up no other domain") {
  governed at;
  at.accept(1, 10);
  at.judge(0, throttled);
  at.accept(11, 20);
  CHECK(at.judge(10, throttled).outcome == letter_state::pending);
  CHECK_FALSE(at.governor.per_second(at.now).has_value());
  const auto paces = at.governor.domain_paces(at.now);
  REQUIRE(paces.size() == 1);
  CHECK(paces[0].first == "d0.example");
  CHECK(paces[0].second > 0);
  SECTION("where others hear it too, it is the relay's") {
    at.judge(21, throttled);
    at.judge(22, throttled);
    CHECK(at.governor.per_second(at.now).has_value());
  }
}

TEST_CASE("a letter that three connections die of while others pass is put off") {
  governed at;
  CHECK_FALSE(at.governor.is_deadly(at.slot(0), false));
  CHECK_FALSE(at.governor.is_deadly(at.slot(0), false));
  CHECK_FALSE(at.governor.is_deadly(at.slot(0), false)); // nobody passed
  CHECK_FALSE(at.governor.is_relay_dying());
  at.accept(1, 2);
  CHECK(at.governor.is_deadly(at.slot(0), false));
}

TEST_CASE("a letter that is alone is put off at the third death") {
  governed at;
  CHECK_FALSE(at.governor.is_deadly(at.slot(0), true));
  CHECK_FALSE(at.governor.is_deadly(at.slot(0), true));
  CHECK(at.governor.is_deadly(at.slot(0), true));
}

TEST_CASE("where connections die of several letters and none is accepted, it is the relay") {
  governed at;
  for (int time = 0; time < 5; ++time)
    for (std::size_t index = 0; index < 2; ++index)
      CHECK_FALSE(at.governor.is_deadly(at.slot(index), false));
  CHECK(at.governor.is_relay_dying());
  at.accept(5, 6);
  CHECK_FALSE(at.governor.is_relay_dying());
}

TEST_CASE("what was said of a letter that is accepted in the end is forgotten") {
  governed at;
  CHECK_FALSE(at.governor.is_deadly(at.slot(0), true));
  CHECK_FALSE(at.governor.is_deadly(at.slot(0), true));
  at.accept(0, 1);
  CHECK_FALSE(at.governor.is_deadly(at.slot(0), true));
}

TEST_CASE("what a governor found another goes on from: the relay's pace, its connections, a domain's pace") {
  governed before;
  const reply busy{432, "4.3.2", "Concurrent connections limit exceeded"};
  before.accept(0, 50);
  before.judge(1, throttled); // at RCPT, where others go on well: the domain's
  before.accept(2, 10);
  before.judge(1, throttled);
  CHECK(before.governor.is_too_many(busy, smtp_step::greeting, before.now, 20, 3));
  const auto found = before.governor.findings();
  REQUIRE(found.domains.size() == 1);
  CHECK(found.domains[0].first == "d1.example");
  CHECK(found.connections);
  CHECK(found.words == "432 4.3.2 Concurrent connections limit exceeded");

  governed after;
  CHECK(after.governor.findings_changes() == 0);
  after.governor.recall(found, after.now);
  CHECK(after.governor.findings_changes() > 0);
  CHECK(after.governor.is_slowed(after.now));
  CHECK(after.governor.connections_max() == before.governor.connections_max());
  CHECK(after.governor.slowed_by() == found.words);
  const auto paces = after.governor.domain_paces(after.now);
  REQUIRE(paces.size() == 1);
  CHECK(paces[0].first == "d1.example");
  CHECK(paces[0].second > 0);
}

TEST_CASE("each change of what was found is counted, so that it need not be looked at each time") {
  governed at;
  at.accept(0, 30);
  const auto nothing = at.governor.findings_changes();
  CHECK(at.governor.findings().empty());
  at.judge(0, throttled, smtp_step::mail);
  CHECK(at.governor.findings_changes() > nothing);
  CHECK(at.governor.findings().rate);
}

TEST_CASE("a limit with a period is probed at most 24 times in it, the sooner the fresher it is") {
  const auto delays = [](const reply& said) {
    governed at;
    at.accept(1, 10);
    std::vector<milliseconds> all;
    for (int time = 0; time < 25; ++time) {
      at.judge(0, said);
      const auto until = std::max(at.now, at.governor.open_from());
      all.push_back(std::chrono::duration_cast<milliseconds>(until - at.now));
      at.now = until;
    }
    return all;
  };
  const auto daily = delays({550, "5.4.5", "Daily user sending limit exceeded"});
  CHECK(daily[1] == 100ms);
  CHECK(daily[2] == 200ms);
  CHECK(daily.back() == 1h);
  CHECK(delays({451, "", "Hourly limit of messages reached"}).back() == 150s);
  CHECK(delays(denied).back() < 1min); // as the settings have it
}

TEST_CASE("an account that says when it takes letters again is probed then, but each hour in any case") {
  const auto delay = [](const reply& said) {
    governed at;
    at.judge(0, said);
    at.judge(1, said);
    return at.governor.open_from() - at.now;
  };
  CHECK(delay({550, "5.4.5", "Daily sending quota exceeded, try again in 30 minutes"}) == 30min);
  CHECK(delay({550, "5.4.5", "Daily sending quota exceeded, try again in 9 hours"}) == 1h);
}

TEST_CASE("a limit that lets a few letters go now and then is not probed as if it were new each time") {
  const reply hourly{451, "", "Hourly limit of messages reached"};
  governed at;
  const auto probe = [&] {
    at.now = std::max(at.now, at.governor.open_from());
    at.judge(50, hourly);
    at.judge(51, hourly);
    return at.governor.open_from() - at.now;
  };
  for (int time = 0; time < 20; ++time)
    probe();
  REQUIRE(at.governor.open_from() - at.now == 150s);
  at.accept(0, 10);
  CHECK(probe() == 150s);
  at.accept(0, 60);
  CHECK(probe() == 100ms);
}

TEST_CASE("a refusal of the mailbox in MAIL is the letter's where each has its own, else the sender's") {
  governed at;
  const reply bad_mailbox{550, "5.1.7", "bad sender mailbox"};
  CHECK(at.judge(0, bad_mailbox, smtp_step::mail).refuses_sender);
  const auto made = std::make_shared<batch>(*at.letters);
  made->letters[1].sender_at = static_cast<std::uint32_t>(made->text.size());
  made->text += "b+1@x.example";
  made->letters[1].sender_bytes = 13;
  at.letters = made;
  CHECK(made->sender_of(made->letters[1]) == "b+1@x.example");
  CHECK_FALSE(at.judge(1, bad_mailbox, smtp_step::mail).refuses_sender);
  CHECK(at.judge(1, bad_mailbox, smtp_step::mail).outcome == letter_state::refused);
  CHECK(at.judge(1, {550, "5.7.60", "not as this sender"}, smtp_step::mail).refuses_sender);
}
