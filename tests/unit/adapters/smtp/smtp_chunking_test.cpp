// Letters that leave by BDAT (RFC 3030).

#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/smtp_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string message = "Subject: x\r\n\r\nHello\r\n";

/// A connection to a server that offers CHUNKING. It takes its first letter before that is granted; the next ones are
/// granted ahead.
struct chunking_fixture : smtp_fixture {
  queue_watch queue{relay("?chunking=on"), answers::by_hand};

  server_side connect(const batch_ptr& first, const batch_ptr& next) {
    queue.offer(first);
    queue.offer(next);
    auto peer = server.welcome({"PIPELINING", "CHUNKING"});
    peer.hear_letter("n0@example.com");
    queue.await_wanted({{0, 2}});
    queue.grant({{0, 2}});
    await_turn();
    peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
    CHECK(peer.message() == message);
    CHECK(peer.hears_nothing());
    peer.say("250 by DATA\r\n");
    return peer;
  }
  server_side connect() { return connect(make_letters(0, 1), make_letters(1, 2)); }
};

void hear_envelope(server_side& peer, const std::string& recipient) {
  peer.hear("MAIL FROM:<sender@example.org>");
  peer.hear("RCPT TO:<" + recipient + ">");
}

} // namespace

TEST_CASE("a letter that is granted ahead leaves in one go where the server offers CHUNKING", "[smtp]") {
  chunking_fixture at;
  auto peer = at.connect();
  hear_envelope(peer, "n1@example.com");
  CHECK(peer.chunk() == message);
  CHECK(peer.hears_nothing());
  at.queue.await_wanted({{2, 3}});
  at.queue.grant({{2, 3}});
  at.await_turn();
  peer.say("250 ok\r\n250 ok\r\n250 by BDAT\r\n");
  hear_envelope(peer, "n2@example.com");
  CHECK(peer.chunk() == message);
  peer.say("250 ok\r\n250 ok\r\n250 by BDAT\r\n");
  CHECK(at.queue.await_result(0).answer.text == "by DATA");
  CHECK(at.queue.await_result(1).answer.text == "by BDAT");
  CHECK(at.queue.await_result(2).outcome == letter_state::accepted);
  CHECK(at.queue.faults().empty());
}

TEST_CASE("without chunking=on, or with pipelining=off, no letter leaves by BDAT", "[smtp]") {
  smtp_fixture at;
  const auto options = GENERATE("", "?chunking=on&pipelining=off");
  queue_watch queue(at.relay(options), answers::at_once);
  queue.offer(make_letters(0, 3));
  auto peer = at.server.welcome({"PIPELINING", "CHUNKING"});
  for (auto letter = 0; letter < 3; ++letter) {
    while (peer.line() != "DATA")
      peer.say("250 ok\r\n");
    peer.say("354 go\r\n");
    peer.message();
    peer.say("250 ok\r\n");
  }
  CHECK(queue.await_result(2).outcome == letter_state::accepted);
}

TEST_CASE("a message that leaves by BDAT has no stuffed dots", "[smtp]") {
  chunking_fixture at;
  auto letters = std::make_shared<batch>(*make_batch(1, {"n1@example.com"}, "..a\r\nb.\r\n...\r\n..\r\n"));
  letters->letters[0].stuffed_dots = 3;
  auto peer = at.connect(make_letters(0, 1), letters);
  hear_envelope(peer, "n1@example.com");
  CHECK(peer.chunk() == ".a\r\nb.\r\n..\r\n.\r\n");
  peer.say("250 ok\r\n250 ok\r\n250 ok\r\n");
  CHECK(at.queue.await_result(1).outcome == letter_state::accepted);
}

TEST_CASE("a refusal of the sender or the recipient decides on a letter that left by BDAT", "[smtp]") {
  chunking_fixture at;
  auto peer = at.connect();
  hear_envelope(peer, "n1@example.com");
  peer.chunk();
  auto outcome = letter_state::refused;
  std::string text;
  SECTION("the recipient's") {
    peer.say("250 ok\r\n550 5.1.1 nobody\r\n554 5.5.1 no valid recipients\r\n");
    text = "nobody";
  }
  SECTION("the recipient's, for now") {
    peer.say("250 ok\r\n450 4.2.0 greylisted\r\n503 5.5.1 RCPT first\r\n");
    outcome = letter_state::deferred;
    text = "greylisted";
  }
  SECTION("the sender's") {
    peer.say("550 5.7.1 not you\r\n503 5.5.1 MAIL first\r\n503 5.5.1 MAIL first\r\n");
    outcome = letter_state::pending; // it was not about the letter
    text = "not you";
  }
  SECTION("the message's") {
    peer.say("250 ok\r\n250 ok\r\n554 5.7.1 spam\r\n");
    text = "spam";
  }
  const auto group = at.queue.await_result(1);
  CHECK(group.outcome == outcome);
  CHECK(group.answer.text == text);
  if (outcome != letter_state::pending) // of that sender nothing leaves any more
    peer.hear("RSET");                  // what a failed BDAT leaves is not defined
}

TEST_CASE("a letter that left by BDAT is in doubt when no reply comes", "[smtp]") {
  chunking_fixture at;
  auto peer = at.connect();
  hear_envelope(peer, "n1@example.com");
  peer.chunk();
  SECTION("at all") {}
  SECTION("to BDAT") {
    peer.say("250 ok\r\n250 ok\r\n");
  }
  peer.close();
  CHECK(at.queue.await_result(1).outcome == letter_state::in_doubt);
}

TEST_CASE("a letter that left by BDAT and cannot have been taken is not in doubt", "[smtp]") {
  chunking_fixture at;
  auto peer = at.connect();
  hear_envelope(peer, "n1@example.com");
  peer.chunk();
  SECTION("421 to MAIL") {
    peer.say("421 4.3.2 shutting down\r\n");
  }
  std::string next = "n1";
  SECTION("421 to RCPT") {
    peer.say("250 ok\r\n421 4.3.2 shutting down\r\n");
    next = "n2"; // it may be for the letter's sake: others go first
  }
  SECTION("421 to BDAT") {
    peer.say("250 ok\r\n250 ok\r\n421 4.3.2 shutting down\r\n");
    next = "n2";
  }
  SECTION("the server is out of step") {
    peer.say("250 ok\r\n250 ok\r\n503 5.5.1 out of step\r\n");
  }
  SECTION("the server does not know BDAT") {
    peer.say("250 ok\r\n250 ok\r\n502 5.5.2 what is that\r\n");
  }
  auto second = at.server.welcome({"PIPELINING", "CHUNKING"});
  second.hear("MAIL FROM:<sender@example.org>");
  second.say("250 ok\r\n"); // with less sent ahead, RCPT waits for it
  second.hear("RCPT TO:<" + next + "@example.com>");
  CHECK(at.queue.count(letter_state::in_doubt) == 0);
  CHECK(at.queue.count(letter_state::refused) == 0);
}

TEST_CASE("a server that offers CHUNKING and does not know BDAT gets DATA from then on", "[smtp]") {
  chunking_fixture at;
  auto first = at.connect();
  hear_envelope(first, "n1@example.com");
  first.chunk();
  first.say("250 ok\r\n250 ok\r\n500 5.5.2 what is that\r\n");
  auto second = at.server.welcome({"PIPELINING", "CHUNKING"});
  second.carry("n1@example.com");
  CHECK(at.queue.await_result(1).outcome == letter_state::accepted);
  CHECK(at.queue.faults().empty());
}

TEST_CASE("a message whose queue is withdrawn amid its chunk is never whole, and not in doubt", "[smtp]") {
  chunking_fixture at;
  const auto large = make_message(20'000'000);
  auto peer = at.connect(make_letters(0, 1), make_batch(1, {"n1@example.com"}, large));
  hear_envelope(peer, "n1@example.com");
  CHECK(peer.line() == "BDAT " + std::to_string(large.size()) + " LAST");
  peer.hear("Subject: x"); // the message is under way, and more than the socket takes
  at.queue.queue().withdraw();
  CHECK(peer.rest().size() + std::string_view{"Subject: x\r\n"}.size() < large.size());
  at.queue.await_drained();
  CHECK(at.queue.await_result(1).outcome == letter_state::pending);
}
