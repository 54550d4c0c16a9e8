// The pace that a server bears, as the relay keeps and goes on from it.

#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/smtp_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr timestamp some_day{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}};

} // namespace

TEST_CASE("what a relay found of its server's pace another to that server goes on from", "[smtp]") {
  std::string found;
  {
    smtp_fixture at;
    at.surroundings.wall_clock = [] { return some_day; };
    queue_watch watch(at.relay(), answers::at_once);
    CHECK(at.made->findings().empty());
    watch.offer(make_letters(0, 1));
    auto peer = at.server.welcome();
    peer.hear_letter("n0@example.com");
    peer.say("454 Throttling failure: Maximum sending rate exceeded.\r\n503 no MAIL\r\n503 no RCPT\r\n");
    CHECK(watch.await_result(0).outcome == letter_state::pending);
    at.await_turn();
    found = at.made->findings();
    CHECK_THAT(found, ContainsSubstring("Throttling failure"));
  }
  smtp_fixture again;
  again.surroundings.wall_clock = [] { return some_day + std::chrono::hours(1); };
  CHECK(again.relay().recall(found));
  again.await_turn();
  const auto pace = again.made->found_pace();
  REQUIRE(pace);
  CHECK(pace->letters_per_second.has_value());
  CHECK_THAT(pace->words, ContainsSubstring("Throttling failure"));
  CHECK_THAT(again.made->findings(), ContainsSubstring("Throttling failure"));
}

TEST_CASE("a relay that is told what it cannot read, or what is long over, knows nothing", "[smtp]") {
  smtp_fixture at;
  CHECK_FALSE(at.relay().recall("14 a second"));
  at.await_turn();
  CHECK_FALSE(at.made->found_pace());
  CHECK(at.made->recall(
      R"({"connections":{"at":0,"ceiling":4,"limit":3,"probe_delay":20000},"v":1,"words":"too many"})"));
  at.await_turn();
  CHECK_FALSE(at.made->found_pace());
}

TEST_CASE("a relay's identity is its server and its user, without the password", "[smtp]") {
  smtp_fixture at;
  const auto port = std::to_string(at.server.port());
  CHECK(at.relay("?pipelining=off", "smtp", "shop:secret").identity() == "smtp://shop@127.0.0.1:" + port);
  smtp_fixture nobody;
  CHECK(nobody.relay().identity() == nobody.server.url());
}
