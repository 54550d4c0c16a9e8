#include "adapters/relays.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/queue_watch.hpp"

#include <thread>

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;
using Catch::Matchers::ContainsSubstring;

namespace {

std::unique_ptr<relay> open_null(std::uint32_t letters_per_second_max = 0) {
  relay_settings settings;
  settings.url = "null:";
  settings.letters_per_second_max = letters_per_second_max;
  auto made = make_relay(settings);
  REQUIRE(made);
  return std::move(*made);
}

} // namespace

TEST_CASE("null: every letter is accepted, once it is granted", "[null]") {
  const auto relay = open_null();
  queue_watch queue(*relay, answers::by_hand);
  queue.offer(make_letters(0, 10));
  queue.await_wanted({{0, 10}});
  CHECK(queue.settled() == 0);
  queue.grant({{0, 9}});
  queue.queue().deny({{9, 10}});
  queue.await_settled(10);
  CHECK(queue.count(letter_state::accepted) == 9);
  queue.await_handed_back(9);
}

TEST_CASE("null: the limit of letters a second is kept", "[null]") {
  const auto relay = open_null(100);
  queue_watch queue(*relay, answers::at_once);
  const auto begin = std::chrono::steady_clock::now();
  queue.offer(make_letters(0, 21));
  queue.await_settled(21);
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(175));
}

TEST_CASE("null: after stop everything comes back", "[null]") {
  const auto relay = open_null();
  queue_watch queue(*relay, answers::by_hand);
  queue.offer(make_letters(0, 400));
  queue.await_wanted({{0, 256}});
  std::thread campaign([&] {
    queue.await_handed_back(399);
    queue.grant({{0, 256}});
  });
  relay->stop();
  campaign.join();
  CHECK(queue.count(letter_state::pending) == 256);
  CHECK(queue.handed_back() == 144);
  queue.queue().withdraw();
  queue.await_drained();
}

TEST_CASE("relays are known by their URL, and others are refused with what there is", "[relays]") {
  for (const std::string url : {"", "null", "ftp://x", "smtp", "maildir:", "smtp://", "postfix:x"}) {
    relay_settings settings;
    settings.url = url;
    const auto made = make_relay(settings);
    INFO(url);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_input);
  }
  relay_settings settings;
  settings.url = "https://hook.example";
  CHECK_THAT(make_relay(settings).error().message, ContainsSubstring("webhook"));
  settings.url = "smtp://127.0.0.1:2525";
  CHECK(make_relay(settings));
}
