// The server fails or lies: what becomes of the letters, and what campaigns hear of it.

#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/smtp_fixture.hpp"

#include <future>

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a connection that is lost before the end of data leaves the letter to another", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 2));
  auto first = at.server.welcome();
  first.carry("n0@example.com"); // it has proven itself: what follows is not the relay's failure
  first.hear_letter("n1@example.com");
  SECTION("cut") {
    first.close();
  }
  SECTION("reset") {
    first.reset();
  }
  SECTION("421") {
    first.say("421 4.3.2 shutting down\r\n");
  }
  SECTION("421 behind 354's turn") {
    first.say("250 ok\r\n421 bye\r\n");
  }
  auto second = at.server.welcome();
  second.carry("n1@example.com");
  CHECK(queue.await_result(1).outcome == letter_state::accepted);
  CHECK(queue.faults().empty()); // it was wanted once
}

TEST_CASE("421 to an end of data means that the letter was not taken", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 2));
  auto first = at.server.welcome();
  first.carry("n0@example.com");
  first.go_ahead("n1@example.com");
  first.message();
  first.say("421 no\r\n");
  auto second = at.server.welcome();
  second.carry("n1@example.com");
  CHECK(queue.await_result(1).outcome == letter_state::accepted);
}

TEST_CASE("a connection that is lost after the end of data leaves the letter in doubt", "[smtp]") {
  smtp_fixture at;
  at.settings.end_of_data_timeout = milliseconds{100};
  queue_watch queue(at.relay("?pipelining=full"), answers::at_once);
  queue.offer(make_letters(0, 3));
  auto first = at.server.welcome();
  first.carry("n0@example.com");
  first.go_ahead("n1@example.com");
  first.message();
  first.hear_letter("n2@example.com");
  SECTION("cut") {
    first.close();
  }
  SECTION("reset") {
    first.reset();
  }
  SECTION("no reply in time") {}
  SECTION("garbage") {
    first.say("queued, I think\r\n");
  }
  SECTION("a code that makes no sense here") {
    first.say("354 go on\r\n");
  }
  const auto group = queue.await_result(1);
  CHECK(group.outcome == letter_state::in_doubt);
  CHECK_THAT(group.answer.text, ContainsSubstring("end of data"));
  auto second = at.server.accept(); // the one behind it was not ended, so it is in no doubt
  second.greet(usual_offers);
  second.carry("n2@example.com");
  CHECK(queue.await_result(2).outcome == letter_state::accepted);
}

TEST_CASE("a relay that cannot be reached is told with words, and told again when it works", "[smtp]") {
  smtp_fixture at;
  at.server.close();
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("cannot connect"));
  at.server.listen();
  auto peer = at.server.welcome();
  peer.carry("n0@example.com");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
  queue.await_condition(false);
}

TEST_CASE("trouble at the greeting or EHLO is the relay's, not the letter's", "[smtp]") {
  smtp_fixture at;
  at.settings.greeting_timeout = milliseconds{100};
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto first = at.server.accept();
  std::string expected;
  SECTION("554 greeting") {
    first.say("554 5.3.2 not today\r\n");
    expected = "554 5.3.2 not today";
  }
  SECTION("421 greeting") {
    first.say("421 busy\r\n");
    expected = "421 busy";
  }
  SECTION("no greeting in time") {
    expected = "no reply within 100ms";
  }
  SECTION("closed at once") {
    first.close();
    expected = "closed the connection";
  }
  SECTION("no SMTP at all") {
    first.say("HTTP/1.1 400 Bad Request\r\n");
    expected = "no SMTP reply";
  }
  SECTION("a line without end") {
    first.say(std::string(5000, 'x'));
    expected = "more than 4 KiB";
  }
  SECTION("a reply without end") {
    for (auto line = 0; line < 73; ++line)
      first.say("220-" + std::string(900, 'x') + "\r\n");
    expected = "more than 64 KiB";
  }
  SECTION("a second greeting") {
    first.say("220 hi\r\n220 hi again\r\n");
    expected = "a reply to nothing: 220 hi again";
  }
  SECTION("a second greeting instead of an answer") {
    first.say("220 hi\r\n");
    first.hear("EHLO client.example");
    first.say("220 hi again\r\n");
    expected = "220 hi again";
  }
  SECTION("421 behind the greeting") {
    first.say("220 hi\r\n421 4.3.2 shutting down\r\n");
    expected = "closes the connection: 421 4.3.2 shutting down";
  }
  SECTION("421 behind the answer to EHLO") {
    first.say("220 hi\r\n");
    first.hear("EHLO client.example");
    first.say("250 hi\r\n421 4.3.2 shutting down\r\n");
    expected = "closes the connection: 421 4.3.2 shutting down";
  }
  SECTION("EHLO and HELO refused") {
    first.say("220 hi\r\n");
    first.hear("EHLO client.example");
    first.say("502 no\r\n");
    first.hear("HELO client.example");
    first.say("550 go away\r\n");
    expected = "550 go away";
  }
  CHECK_THAT(queue.await_condition(true), ContainsSubstring(expected));
  CHECK(queue.settled() == 0);
  auto second = at.server.welcome();
  second.carry("n0@example.com");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
  queue.await_condition(false);
}

TEST_CASE("letters in hand go back when the relay as a whole fails", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto first = at.server.welcome();
  queue.await_wanted({{0, 1}});
  first.hear_letter("n0@example.com");
  first.say("421 not today\r\n"); // nothing ever worked on this connection, and there is no other
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("421 not today"));
  const auto group = queue.await_result(0);
  CHECK(group.outcome == letter_state::pending);
  CHECK_THAT(group.answer.text, ContainsSubstring("421 not today"));
}

TEST_CASE("while the relay fails, one connection tries, after growing delays", "[smtp]") {
  smtp_fixture at;
  at.settings.connections_max = 5;
  at.settings.reconnect_delay_first = milliseconds{200};
  at.settings.reconnect_delay_max = milliseconds{200};
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 20));
  at.server.accept().say("554 no\r\n");
  queue.await_condition(true);
  const timestamp noon{std::chrono::hours{12}};
  const auto tries = at.made->tries(noon);
  REQUIRE(tries.has_value());
  CHECK(tries->count == 1);
  CHECK(tries->since <= noon);
  CHECK((!tries->next_at || *tries->next_at <= noon + milliseconds{300})); // with its jitter
  CHECK(at.server.is_left_alone());                                        // 100 ms at least
  auto probe = at.server.accept();
  CHECK(at.server.is_left_alone());
  probe.greet(usual_offers);
  probe.hear_letter("n0@example.com");
  CHECK(at.server.is_left_alone());
  probe.say("250 ok\r\n450 later\r\n503 no\r\n"); // a word about a letter: it works again
  queue.await_condition(false);
  CHECK_FALSE(at.made->tries(noon).has_value());
  for (auto more = 0; more < 4; ++more)
    at.server.accept();
}

TEST_CASE("a relay fails too when its connections fail one after the other and none ever worked", "[smtp]") {
  smtp_fixture at;
  at.settings.connections_max = 2;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 4));
  auto first = at.server.welcome();
  auto second = at.server.welcome();
  first.line(); // both have a letter
  second.line();
  first.close();
  auto third = at.server.welcome();
  third.line();
  second.reset(); // while the third is open
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("reset"));
}

TEST_CASE("a server that speaks out of turn is not trusted with the letter", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  SECTION("one reply too many") {
    peer.say("250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n");
  }
  SECTION("2xx to DATA") {
    peer.say("250 ok\r\n250 ok\r\n250 ok\r\n");
  }
  SECTION("3xx to MAIL") {
    peer.say("354 ok\r\n");
  }
  SECTION("a stray refusal before the replies") {
    peer.say("550 stray\r\n250 ok\r\n250 ok\r\n354 go\r\n");
  }
  SECTION("a refusal, and more replies than commands") {
    peer.say("550 no\r\n503 no\r\n503 no\r\n250 ok\r\n");
  }
  CHECK(peer.rest().empty());
  queue.await_condition(true);
  queue.grant({{0, 1}});
  CHECK(queue.await_result(0).outcome == letter_state::pending);
}

TEST_CASE("a refusal behind 354 is the letter's, and the next leaves on another connection", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::by_hand);
  queue.offer(make_letters(0, 2));
  auto first = at.server.welcome();
  first.hear_letter("n0@example.com");
  first.say("250 ok\r\n250 ok\r\n354 go\r\n550 5.7.1 on second thoughts, no\r\n");
  CHECK(first.rest().empty());
  queue.grant({{0, 1}});
  const auto group = queue.await_result(0);
  CHECK(group.outcome == letter_state::refused);
  CHECK(group.answer == reply{550, "5.7.1", "on second thoughts, no"});
  auto second = at.server.welcome();
  second.hear_letter("n1@example.com");
}

TEST_CASE("a server that does not answer a command in time is left", "[smtp]") {
  smtp_fixture at;
  at.settings.command_timeout = milliseconds{100};
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  peer.say("25"); // a trickle does not move the deadline
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("no reply within 100ms"));
  CHECK(queue.await_result(0).outcome == letter_state::pending);
}

TEST_CASE("a server that takes no more of a message is left, and nothing is in doubt", "[smtp]") {
  smtp_fixture at;
  at.settings.block_timeout = milliseconds{100};
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_batch(0, {"a@example.com"}, make_message(20'000'000)));
  auto peer = at.server.welcome();
  peer.go_ahead("a@example.com");
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("takes no more of the message"));
  // Whether it is the letter is seen when it ends two more.
  auto second = at.server.welcome();
  second.go_ahead("a@example.com");
  auto third = at.server.welcome();
  third.go_ahead("a@example.com");
  CHECK(queue.await_result(0).outcome == letter_state::deferred);
  queue.await_condition(false);
}

TEST_CASE("a reply that comes before the end of data has left takes no letter over", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_batch(0, {"a@example.com"}, make_message(20'000'000)));
  auto peer = at.server.welcome();
  peer.go_ahead("a@example.com");
  peer.hear("Subject: x"); // the message is on its way, and too large to be there
  auto outcome = letter_state::deferred;
  std::string expected;
  const auto say_to_each = [&](const std::string& text) {
    peer.say(text);
    CHECK_THAT(peer.rest(), !ContainsSubstring("\r\n.\r\n"));
    for (int other = 0; other < 2; ++other) {
      auto next = at.server.welcome();
      next.go_ahead("a@example.com");
      next.hear("Subject: x");
      next.say(text);
      CHECK_THAT(next.rest(), !ContainsSubstring("\r\n.\r\n"));
    }
  };
  SECTION("250") {
    say_to_each("250 taken\r\n");
    expected = "before its end: 250 taken";
  }
  SECTION("421") {
    say_to_each("421 bye\r\n");
    expected = "bye";
  }
  SECTION("a refusal is believed") {
    peer.say("552 5.3.4 too large\r\n");
    outcome = letter_state::refused;
    expected = "too large";
  }
  SECTION("a deferral too") {
    peer.say("452 4.2.2 no room\r\n");
    outcome = letter_state::deferred;
    expected = "no room";
  }
  const auto group = queue.await_result(0);
  CHECK(group.outcome == outcome);
  CHECK_THAT(group.answer.text, ContainsSubstring(expected));
}

TEST_CASE("a connection that the server closes while idle is no failure", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto first = at.server.welcome();
  first.carry("n0@example.com");
  queue.await_result(0);
  SECTION("with 421") {
    first.say("421 idle too long\r\n");
  }
  SECTION("without a word") {}
  first.close();
  queue.offer(make_letters(1, 1));
  auto second = at.server.welcome();
  second.carry("n1@example.com");
  CHECK(queue.await_result(1).outcome == letter_state::accepted);
  CHECK(queue.count(letter_state::pending) == 0);
}

TEST_CASE("a relay that stops while a name is looked up does not wait for the answer", "[smtp]") {
  struct hanging_resolver {
    std::string name;
    std::promise<void> asked;
    std::promise<void> lets_go;
  };
  const auto resolver = std::make_shared<hanging_resolver>();
  smtp_fixture at;
  at.surroundings.look_up = [resolver](const std::string& host, std::uint16_t port) -> result<endpoints> {
    resolver->name = host + ":" + std::to_string(port);
    resolver->asked.set_value();
    resolver->lets_go.get_future().wait();
    return failure(error_code::unavailable, "nobody knows this name");
  };
  at.made =
      make_smtp_relay(parse_smtp_url("smtp://mail.shop.example:2525").value(), at.settings, at.surroundings)
          .value();
  queue_watch queue(*at.made, answers::at_once);
  queue.offer(make_letters(0, 1));
  resolver->asked.get_future().wait();
  CHECK(resolver->name == "mail.shop.example:2525");
  at.made->stop();
  queue.await_handed_back(0);
  at.made.reset();
  resolver->lets_go.set_value();
}

TEST_CASE("a name that is not resolved in time is the relay's trouble, and a late answer changes nothing",
          "[smtp]") {
  struct slow_resolver {
    std::promise<void> lets_go;
    std::shared_future<void> has_let_go = lets_go.get_future().share();
  };
  const auto resolver = std::make_shared<slow_resolver>();
  smtp_fixture at;
  at.settings.connect_timeout = milliseconds{20};
  at.surroundings.look_up = [resolver](const std::string&, std::uint16_t) -> result<endpoints> {
    resolver->has_let_go.wait();
    throw std::runtime_error("the resolver broke off");
  };
  at.made =
      make_smtp_relay(parse_smtp_url("smtp://mail.shop.example:2525").value(), at.settings, at.surroundings)
          .value();
  queue_watch queue(*at.made, answers::at_once);
  queue.offer(make_letters(0, 1));
  CHECK_THAT(queue.await_condition(true),
             Catch::Matchers::ContainsSubstring("mail.shop.example:2525: its name was not resolved in time"));
  resolver->lets_go.set_value();
}
