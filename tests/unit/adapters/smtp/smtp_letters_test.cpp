// How letters travel over a connection: what is written when, and what each reply makes of a letter.

#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/smtp_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;
using namespace std::string_literals;

namespace {

const std::vector<std::string> no_offers;

/// One letter up to the server's 354.
server_side letter_at_data(smtp_fixture& at, queue_watch& queue, letter_index index = 0) {
  queue.offer(make_letters(index, 1));
  auto peer = at.server.welcome();
  peer.go_ahead("n" + std::to_string(index) + "@example.com");
  return peer;
}

} // namespace

TEST_CASE("a letter is accepted when the server takes its end of data", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  auto peer = letter_at_data(at, queue);
  CHECK(peer.message() == "Subject: x\r\n\r\nHello\r\n");
  peer.say("250 2.0.0 Ok: queued as 4711\r\n");
  const auto group = queue.await_result(0);
  CHECK(group.outcome == letter_state::accepted);
  CHECK(group.answer == reply{250, "2.0.0", "Ok: queued as 4711"});
  CHECK(queue.faults().empty());
}

TEST_CASE("with PIPELINING a letter's commands leave together", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com"); // not one of them answered
}

TEST_CASE("without PIPELINING each command waits for its reply, and DATA for the grant", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  queue.offer(make_letters(0, 2));
  auto peer = at.server.welcome(no_offers);
  peer.hear("MAIL FROM:<sender@example.org>");
  queue.await_wanted({{0, 1}}); // the claim is written while the commands travel
  CHECK(peer.hears_nothing());
  peer.say("250 ok\r\n");
  peer.hear("RCPT TO:<n0@example.com>");
  CHECK(peer.hears_nothing());
  peer.say("250 ok\r\n");
  CHECK(peer.hears_nothing());
  queue.grant({{0, 1}});
  peer.hear("DATA");
  CHECK(peer.hears_nothing());
  peer.say("354 go\r\n");
  peer.message();
  CHECK(peer.hears_nothing());
  peer.say("250 ok\r\n");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
  peer.hear("MAIL FROM:<sender@example.org>");
}

TEST_CASE("nothing of the next letter is sent before the reply to an end of data", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 2));
  auto peer = at.server.welcome();
  peer.go_ahead("n0@example.com");
  peer.message();
  queue.await_wanted({{0, 2}}); // its claim is written meanwhile
  CHECK(peer.hears_nothing());
  peer.say("250 first\r\n");
  peer.carry("n1@example.com");
  CHECK(queue.await_result(0).answer.text == "first");
  CHECK(queue.await_result(1).outcome == letter_state::accepted);
}

TEST_CASE("with pipelining=off each command waits for its reply although PIPELINING is offered", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay("?pipelining=off"), answers::at_once);
  queue.offer(make_letters(0, 2));
  auto peer = at.server.welcome();
  for (const std::string recipient : {"n0@example.com", "n1@example.com"}) {
    for (const auto& command : {"MAIL FROM:<sender@example.org>"s, "RCPT TO:<" + recipient + ">", "DATA"s}) {
      peer.hear(command);
      CHECK(peer.hears_nothing());
      peer.say(command == "DATA" ? "354 go\r\n" : "250 ok\r\n");
    }
    peer.message();
    CHECK(peer.hears_nothing());
    peer.say("250 ok\r\n");
  }
  CHECK(queue.await_result(1).outcome == letter_state::accepted);
}

TEST_CASE("503 is not the letter's: it leaves by a new session with less sent ahead", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay("?pipelining=full"), answers::at_once);
  queue.offer(make_letters(0, 3));
  auto first = at.server.welcome();
  first.go_ahead("n0@example.com");
  first.message();
  first.hear_letter("n1@example.com");
  first.say("250 taken\r\n503 5.5.1 bad sequence\r\n503 no\r\n503 no\r\n"); // as Haraka does
  CHECK(first.rest().empty());
  auto second = at.server.welcome();
  second.go_ahead("n1@example.com");
  second.message();
  CHECK(second.hears_nothing()); // commands
  second.say("250 ok\r\n");
  second.hear_letter("n2@example.com");
  second.say("250 ok\r\n503 5.5.1 wait\r\n");
  CHECK(second.rest().empty());
  auto third = at.server.welcome();
  third.hear("MAIL FROM:<sender@example.org>");
  CHECK(third.hears_nothing()); // off
  third.say("250 ok\r\n");
  third.hear("RCPT TO:<n2@example.com>");
  third.say("250 ok\r\n");
  third.hear("DATA");
  third.say("354 go\r\n");
  third.message();
  third.say("250 ok\r\n");
  CHECK(queue.await_result(2).outcome == letter_state::accepted);
  CHECK(queue.count(letter_state::accepted) == 3);
  CHECK(queue.count(letter_state::pending) == 0); // none went back to its campaign
  CHECK(queue.faults().empty());
}

TEST_CASE("503 without anything sent ahead is the relay's trouble, not the letter's", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay("?pipelining=off"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.hear("MAIL FROM:<sender@example.org>");
  peer.say("503 5.5.1 say hello first\r\n");
  CHECK_THAT(queue.await_condition(true),
             Catch::Matchers::ContainsSubstring("out of step: 503 5.5.1 say hello first"));
  CHECK(queue.await_result(0).outcome == letter_state::pending);
}

TEST_CASE("with pipelining=full the next letter's commands come right behind an end of data", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay("?pipelining=full"), answers::at_once);
  queue.offer(make_letters(0, 2));
  auto peer = at.server.welcome();
  peer.go_ahead("n0@example.com");
  peer.message();
  peer.hear_letter("n1@example.com"); // the first one's reply is still to come
  peer.say("250 first\r\n250 ok\r\n250 ok\r\n354 go\r\n");
  peer.message();
  peer.say("250 second\r\n");
  CHECK(queue.await_result(0).answer.text == "first");
  CHECK(queue.await_result(1).answer.text == "second");
}

TEST_CASE("no end of data is sent before the grant, whatever the server says", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  auto peer = letter_at_data(at, queue);
  queue.await_wanted({{0, 1}});
  CHECK(peer.hears_nothing());
  queue.grant({{0, 1}});
  peer.message();
}

TEST_CASE("no more than two letters of a connection are taken and not settled", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay("?pipelining=full"), answers::at_once);
  queue.offer(make_letters(0, 5));
  auto peer = at.server.welcome();
  peer.go_ahead("n0@example.com");
  peer.message();
  peer.hear_letter("n1@example.com");
  CHECK(peer.hears_nothing());
  CHECK(at.relay().letters_in_flight_max() == 2);
}

TEST_CASE("a letter that was denied after 354 is not ended; it comes back", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  auto peer = letter_at_data(at, queue);
  queue.await_wanted({{0, 1}});
  queue.queue().deny({{0, 1}});
  queue.await_handed_back(0);
  CHECK(peer.rest().empty());
}

TEST_CASE("without PIPELINING a denied letter costs a RSET, not the connection", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  queue.offer(make_letters(0, 2));
  auto peer = at.server.welcome(no_offers);
  peer.hear("MAIL FROM:<sender@example.org>");
  peer.say("250 ok\r\n");
  peer.hear("RCPT TO:<n0@example.com>");
  queue.await_wanted({{0, 1}});
  queue.queue().deny({{0, 1}});
  peer.say("250 ok\r\n");
  peer.hear("RSET");
  queue.await_handed_back(0);
  peer.say("250 ok\r\n");
  peer.hear("MAIL FROM:<sender@example.org>");
}

TEST_CASE("after a withdraw no end of data begins, and everything comes back", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  queue.offer(make_letters(0, 3));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  queue.await_wanted({{0, 1}});
  queue.grant({{0, 1}});
  queue.queue().withdraw();
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  queue.queue().deny({{1, 2}}); // which may have been taken just before
  queue.await_drained();
  CHECK(queue.await_result(0).outcome == letter_state::pending);
  CHECK(queue.handed_back() == 2);
  CHECK(queue.faults().empty());
  CHECK(peer.rest().find("Subject") == std::string::npos);
}

TEST_CASE("a withdrawn letter whose end of data was sent still gets its result", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay("?pipelining=full"), answers::at_once);
  queue.offer(make_letters(0, 2));
  auto peer = at.server.welcome();
  peer.go_ahead("n0@example.com");
  peer.message();
  peer.hear_letter("n1@example.com");
  queue.queue().withdraw();
  peer.say("250 taken\r\n250 ok\r\n250 ok\r\n354 go\r\n");
  queue.await_drained();
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
  CHECK(queue.await_result(1).outcome == letter_state::pending);
}

TEST_CASE("a wanted letter awaits its answer even when its queue is withdrawn", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  auto peer = letter_at_data(at, queue);
  queue.await_wanted({{0, 1}});
  queue.queue().withdraw();
  CHECK(peer.rest().empty());
  CHECK(queue.settled() == 0); // its claim may be durable already
  queue.grant({{0, 1}});
  queue.await_drained();
  CHECK(queue.await_result(0).outcome == letter_state::pending);
}

TEST_CASE("a dropped queue is withdrawn and reports no more", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  auto peer = letter_at_data(at, queue);
  queue.await_wanted({{0, 1}});
  queue.drop();
  CHECK(peer.rest().empty());
  CHECK(queue.settled() == 0);
}

TEST_CASE("a refusal before the grant is reported after it", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  queue.offer(make_letters(0, 2));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  peer.say("250 ok\r\n550 5.1.1 no such user\r\n554 no recipients\r\n");
  peer.hear("RSET"); // the transaction is open, the letter is not waited for
  peer.hear_letter("n1@example.com");
  CHECK_FALSE(queue.has_result(0));
  queue.grant({{0, 1}});
  const auto group = queue.await_result(0);
  CHECK(group.outcome == letter_state::refused);
  CHECK(group.answer == reply{550, "5.1.1", "no such user"});
}

TEST_CASE("a refusal of a letter that is then denied is no result", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  peer.say("250 ok\r\n550 no\r\n554 no\r\n");
  queue.queue().deny({{0, 1}});
  queue.await_handed_back(0);
  CHECK_FALSE(queue.has_result(0));
}

TEST_CASE("a 5xx refuses a letter and a 4xx defers it, wherever it comes", "[smtp]") {
  struct row {
    const char* replies;
    letter_state outcome;
    const char* words;
    bool needs_reset;
  };
  const auto one = GENERATE(
      row{"552 5.3.4 size\r\n503 no\r\n503 no\r\n", letter_state::refused, "size", false},
      row{"250 ok\r\n553 recipient\r\n554 no\r\n", letter_state::refused, "recipient", true},
      row{"250 ok\r\n450 recipient\r\n554 no\r\n", letter_state::deferred, "recipient", true},
      row{"250 ok\r\n250 ok\r\n554 data\r\n", letter_state::refused, "data", true},
      row{"250 ok\r\n250 ok\r\n451 data\r\n", letter_state::deferred, "data", true},
      row{"250 ok\r\n250 ok\r\n354 go\r\n554 message\r\n", letter_state::refused, "message", false},
      row{"250 ok\r\n250 ok\r\n354 go\r\n451 message\r\n", letter_state::deferred, "message", false});
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  const std::string replies = one.replies;
  const auto go = replies.find("354 go\r\n");
  if (go == std::string::npos) {
    peer.say(replies);
  } else {
    peer.say(replies.substr(0, go + 8));
    peer.message();
    peer.say(replies.substr(go + 8));
  }
  const auto group = queue.await_result(0);
  CHECK(group.outcome == one.outcome);
  CHECK(group.answer.text == one.words);
  queue.offer(make_letters(1, 1));
  if (one.needs_reset)
    peer.hear("RSET");
  peer.hear_letter("n1@example.com");
}

TEST_CASE("a refused MAIL is the sender's: the letter goes back, and the campaign hears it", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  peer.say("550 5.7.60 not as this sender\r\n503 no\r\n503 no\r\n");
  CHECK(queue.await_result(0).outcome == letter_state::pending);
  CHECK(queue.await_sender_refused() == reply{550, "5.7.60", "not as this sender"});
}

TEST_CASE("a server that goes on after a refused recipient gets a lone dot", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  peer.say("250 ok\r\n550 no\r\n354 go\r\n");
  CHECK(peer.message().empty());
  peer.say("250 ok\r\n");
  CHECK(queue.await_result(0).outcome == letter_state::refused);
}

TEST_CASE("replies are understood in whatever pieces they come", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.accept();
  const auto say_slowly = [&peer](std::string_view text) {
    for (const auto& c : text)
      peer.say({&c, 1});
  };
  say_slowly("220-hello\r\n220 there\r\n");
  peer.line();
  say_slowly("250-me\r\n250 PIPELINING\r\n");
  peer.hear_letter("n0@example.com");
  say_slowly("250 ok\r\n250 ok\r\n354 go\r\n");
  peer.message();
  say_slowly("250-2.0.0 taken\r\n250 2.0.0 as 17\r\n");
  CHECK(queue.await_result(0).answer == reply{250, "2.0.0", "taken as 17"});
}

TEST_CASE("a message larger than any buffer arrives whole", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  const auto message = make_message(20'000'000);
  queue.offer(make_batch(0, {"a@example.com"}, message));
  auto peer = at.server.welcome();
  peer.go_ahead("a@example.com");
  CHECK((peer.message() == message));
  peer.say("250 ok\r\n");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
}

TEST_CASE("a message whose queue is withdrawn amid it is never ended, and not in doubt", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  const auto message = make_message(20'000'000);
  queue.offer(make_batch(0, {"a@example.com"}, message));
  auto peer = at.server.welcome();
  peer.go_ahead("a@example.com");
  peer.hear("Subject: x"); // the message is under way, and more than the socket takes
  queue.queue().withdraw();
  CHECK(peer.rest().find("\r\n.\r\n") == std::string::npos);
  queue.await_drained();
  CHECK(queue.await_result(0).outcome == letter_state::pending);
}

TEST_CASE("MAIL declares what the letter needs and the server offers", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  auto letters = std::make_shared<batch>(*make_batch(0, {"a@example.com", "b@example.com"}));
  letters->letters[0].has_8bit = true;
  letters->letters[1].needs_smtputf8 = true;
  queue.offer(letters);
  auto peer = at.server.welcome({"PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 1000"});
  peer.hear("MAIL FROM:<sender@example.org> SIZE=21 BODY=8BITMIME");
  peer.hear("RCPT TO:<a@example.com>");
  peer.hear("DATA");
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  peer.message();
  peer.say("250 ok\r\n");
  peer.hear("MAIL FROM:<sender@example.org> SIZE=21 SMTPUTF8");
}

namespace {

/// The batch, whose letters have this for the local part of their Message-ID.
batch_ptr with_message_id(const batch_ptr& letters, std::string_view id) {
  auto made = std::make_shared<batch>(*letters);
  for (auto& one : made->letters) {
    one.message_id_at = static_cast<std::uint32_t>(made->text.size());
    one.message_id_bytes = static_cast<std::uint8_t>(id.size());
  }
  made->text += id;
  return made;
}

} // namespace

TEST_CASE("a server that offers DSN is asked for the notices that the URL names", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay("?dsn=failure,delay"), answers::at_once);
  SECTION("offered") {
    queue.offer(with_message_id(make_batch(0, {"a+b@example.com"}), "c1.3f"));
    auto peer = at.server.welcome({"PIPELINING", "DSN"});
    peer.hear("MAIL FROM:<sender@example.org> RET=HDRS ENVID=c1.3f");
    peer.hear("RCPT TO:<a+b@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb@example.com");
  }
  SECTION("offered, with an address beyond ASCII") {
    queue.offer(make_batch(0, {"jos\u00e9@example.com"}));
    auto peer = at.server.welcome({"PIPELINING", "DSN", "SMTPUTF8"});
    peer.hear("MAIL FROM:<sender@example.org> SMTPUTF8 RET=HDRS");
    peer.hear("RCPT TO:<jos\u00e9@example.com> NOTIFY=FAILURE,DELAY ORCPT=utf-8;jos\u00e9@example.com");
  }
  SECTION("not offered") {
    queue.offer(with_message_id(make_letters(0, 1), "c1.3f"));
    at.server.welcome().hear_letter("n0@example.com");
  }
}

TEST_CASE("a server that offers DSN is told of no id and no recipient where the URL asks for no notices",
          "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(with_message_id(make_letters(0, 1), "c1.3f"));
  at.server.welcome({"PIPELINING", "DSN"}).hear_letter("n0@example.com");
}

TEST_CASE("what a server cannot take is refused here, with the reason", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  auto letters = std::make_shared<batch>(
      *make_batch(0, {"8bit@example.com", "utf8@example.com", "r\r\nRCPT@example.com", "ok@example.com"}));
  letters->letters[0].has_8bit = true;
  letters->letters[1].needs_smtputf8 = true;
  queue.offer(letters);
  queue.offer(make_batch(4, {"large@example.com"}, std::string(200, 'x') + "\r\n"));
  auto peer = at.server.welcome({"PIPELINING", "SIZE 100"});
  peer.hear("MAIL FROM:<sender@example.org> SIZE=21");
  peer.hear("RCPT TO:<ok@example.com>");
  const std::vector<std::pair<letter_index, std::string>> expected = {
      {0, "5.6.3"}, {1, "5.6.7"}, {2, "5.1.3"}};
  for (const auto& [index, enhanced] : expected) {
    const auto group = queue.await_result(index);
    CHECK(group.outcome == letter_state::refused);
    CHECK(group.answer.code == 0);
    CHECK(group.answer.enhanced == enhanced);
  }
  peer.hear("DATA");
  peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
  peer.message();
  peer.say("250 ok\r\n");
  CHECK(queue.await_result(4).answer.enhanced == "5.3.4");
}
