// Opening a session: EHLO and HELO, TLS, login; and closing it: limits, idleness, stop.

#include "messages/base64.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/smtp_fixture.hpp"
#include "tests/unit/adapters/smtp/test_certificates.hpp"

#include <thread>

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a server that knows no EHLO gets HELO and no extensions", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.accept();
  peer.say("220 old\r\n");
  peer.hear("EHLO client.example");
  peer.say("500 what\r\n");
  peer.hear("HELO client.example");
  peer.say("250 old\r\n");
  peer.hear("MAIL FROM:<sender@example.org>");
  CHECK(peer.hears_nothing());
}

TEST_CASE("STARTTLS is used where it is offered, and what was said before it is forgotten", "[smtp][tls]") {
  test_certificates certificates;
  smtp_fixture at;
  at.settings.ca_file = certificates.ca_file;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 2));
  auto peer =
      at.server.welcome({"STARTTLS", "SIZE 1"}); // no PIPELINING, and a SIZE that would refuse every letter
  peer.hear("STARTTLS");
  // What a man in the middle adds behind the 220 must not be taken for what the server says under TLS.
  peer.say("220 go\r\n250-evil\r\n250 SIZE 1\r\n");
  REQUIRE(peer.start_tls(certificates.server.get()));
  peer.answer_hello({"PIPELINING"});
  peer.carry("n0@example.com");
  peer.carry("n1@example.com");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
  CHECK(queue.await_result(1).outcome == letter_state::accepted);
}

TEST_CASE("a large message goes through TLS whole", "[smtp][tls]") {
  test_certificates certificates;
  smtp_fixture at;
  at.settings.ca_file = certificates.ca_file;
  queue_watch queue(at.relay("", "smtps"), answers::at_once);
  const auto message = make_message(5'000'000);
  queue.offer(make_batch(0, {"a@example.com"}, message));
  auto peer = at.server.accept();
  REQUIRE(peer.start_tls(certificates.server.get()));
  peer.greet(usual_offers);
  peer.go_ahead("a@example.com");
  CHECK((peer.message() == message));
  peer.say("250 ok\r\n");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
}

TEST_CASE("TLS with a server that cannot be trusted is not used", "[smtp][tls]") {
  smtp_fixture at;
  std::string expected;
  auto subject = std::string{"IP:127.0.0.1"};
  auto trusts = true;
  SECTION("a certificate of an unknown authority") {
    trusts = false;
    expected = "certificate is not trusted";
  }
  SECTION("a certificate for another host") {
    subject = "DNS:other.example";
    expected = "mismatch";
  }
  test_certificates certificates(subject);
  test_certificates others;
  at.settings.ca_file = trusts ? certificates.ca_file : others.ca_file;
  queue_watch queue(at.relay("", "smtps"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.accept();
  CHECK_FALSE((peer.start_tls(certificates.server.get()) && !peer.rest().empty()));
  CHECK_THAT(queue.await_condition(true), ContainsSubstring(expected));
}

TEST_CASE("where TLS is only offered, a certificate that nobody vouches for encrypts all the same",
          "[smtp][tls]") {
  test_certificates certificates("DNS:other.example");
  smtp_fixture at;
  const auto [options, trusts] =
      GENERATE(std::pair{"", true}, std::pair{"?tls=offered", true}, std::pair{"?tls=require", false});
  INFO(options);
  queue_watch queue(at.relay(options), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"STARTTLS"});
  peer.hear("STARTTLS");
  peer.say("220 go\r\n");
  const auto shaken = peer.start_tls(certificates.server.get());
  if (trusts) {
    REQUIRE(shaken);
    peer.answer_hello(usual_offers);
    peer.carry("n0@example.com");
    CHECK(queue.await_result(0).outcome == letter_state::accepted);
  } else {
    const auto words = queue.await_condition(true);
    CHECK_THAT(words, ContainsSubstring("certificate is not trusted"));
    for (const auto* setting : {"tls=require", "relay.ca_file", "relay.tls_verify"})
      CHECK_THAT(words, ContainsSubstring(setting));
  }
}

TEST_CASE("a password that may not leave in clear goes to no server with a certificate that is not trusted",
          "[smtp][tls]") {
  smtp_url url;
  CHECK_FALSE(must_verify_certificate(url, false));
  url.user = "shop";
  CHECK(must_verify_certificate(url, false));
  CHECK_FALSE(must_verify_certificate(url, true));
  url.may_auth_in_clear = true;
  CHECK_FALSE(must_verify_certificate(url, false));
  url.tls = tls_use::required;
  CHECK(must_verify_certificate(url, true));
  url.tls = tls_use::implicit;
  CHECK(must_verify_certificate(url, true));
}

TEST_CASE("smtps:// to a server that greets in clear is told what is wrong", "[smtp][tls]") {
  smtp_fixture at;
  queue_watch queue(at.relay("", "smtps"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.accept();
  peer.say("220 scripted.example ESMTP\r\n");
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("does not speak TLS at once; is it smtp://?"));
}

TEST_CASE("certificates are not checked where the settings say so", "[smtp][tls]") {
  test_certificates certificates("DNS:other.example");
  smtp_fixture at;
  at.settings.tls_verify = false;
  queue_watch queue(at.relay("", "smtps"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.accept();
  REQUIRE(peer.start_tls(certificates.server.get()));
  peer.greet(usual_offers);
  peer.hear_letter("n0@example.com");
}

TEST_CASE("tls=require insists on STARTTLS", "[smtp][tls]") {
  smtp_fixture at;
  queue_watch queue(at.relay("?tls=require"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.accept();
  SECTION("not offered") {
    peer.greet(usual_offers);
  }
  SECTION("offered and refused") {
    peer.greet({"STARTTLS"});
    peer.hear("STARTTLS");
    peer.say("454 not now\r\n");
  }
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("STARTTLS"));
  CHECK(peer.rest().empty());
}

TEST_CASE("a CA file that cannot be read is refused when the relay is made", "[smtp][tls]") {
  relay_settings settings;
  settings.ca_file = "/nowhere/ca.pem";
  const auto made =
      make_smtp_relay(parse_smtp_url("smtp://127.0.0.1").value(), settings, {.jitter = [] { return 0.0; }});
  REQUIRE_FALSE(made);
  CHECK_THAT(made.error().message, ContainsSubstring("/nowhere/ca.pem"));
}

TEST_CASE("the relay logs in with AUTH PLAIN", "[smtp][auth]") {
  smtp_fixture at;
  queue_watch queue(at.relay("", "smtp", "news%40shop:s%20cret"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"PIPELINING", "AUTH LOGIN PLAIN"});
  using namespace std::string_literals;
  peer.hear("AUTH PLAIN " + to_base64("\0news@shop\0s cret"s));
  SECTION("and is let in") {
    peer.say("235 2.7.0 welcome\r\n");
    peer.hear_letter("n0@example.com");
  }
  SECTION("and is not let in: that is the relay's trouble") {
    peer.say("535 5.7.8 wrong password\r\n");
    CHECK_THAT(queue.await_condition(true),
               ContainsSubstring("refuses the login by PLAIN: 535 5.7.8 wrong password"));
    CHECK(queue.settled() == 0);
  }
}

TEST_CASE("the relay logs in with AUTH LOGIN where PLAIN is not offered", "[smtp][auth]") {
  smtp_fixture at;
  queue_watch queue(at.relay("", "smtp", "user:secret"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"PIPELINING", "AUTH=LOGIN"});
  peer.hear("AUTH LOGIN");
  peer.say("334 VXNlcm5hbWU6\r\n");
  peer.hear("dXNlcg==");
  peer.say("334 UGFzc3dvcmQ6\r\n");
  peer.hear("c2VjcmV0");
  peer.say("235 ok\r\n");
  peer.hear_letter("n0@example.com");
}

TEST_CASE("a secret too long for a command line follows it", "[smtp][auth]") {
  smtp_fixture at;
  queue_watch queue(at.relay("", "smtp", "user:" + std::string(600, 's')), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"PIPELINING", "AUTH PLAIN"});
  peer.hear("AUTH PLAIN");
  peer.say("334 \r\n");
  CHECK(peer.line().size() > 600);
  peer.say("235 ok\r\n");
  peer.hear_letter("n0@example.com");
}

TEST_CASE("a URL with a user insists on a login", "[smtp][auth]") {
  smtp_fixture at;
  queue_watch queue(at.relay("", "smtp", "user:secret"), answers::at_once);
  queue.offer(make_letters(0, 1));
  SECTION("by a mechanism that it has") {
    auto peer = at.server.welcome({"AUTH NTLM GSSAPI"});
    CHECK_THAT(queue.await_condition(true), ContainsSubstring("offers NTLM, GSSAPI"));
    CHECK(peer.rest().empty());
  }
  SECTION("and a server that has none gets no letter") {
    auto peer = at.server.welcome();
    CHECK_THAT(queue.await_condition(true), ContainsSubstring("no way to log in that can be used"));
    CHECK(peer.rest().empty());
  }
}

TEST_CASE("a password leaves in clear only to this machine or where the URL says so", "[smtp][auth]") {
  smtp_url url;
  CHECK_FALSE(may_send_password(url, false, false));
  CHECK(may_send_password(url, true, false));
  CHECK(may_send_password(url, false, true));
  url.may_auth_in_clear = true;
  CHECK(may_send_password(url, false, false));
}

TEST_CASE("after letters_per_connection_max the relay says QUIT and opens another", "[smtp]") {
  smtp_fixture at;
  at.settings.letters_per_connection_max = 2;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 3));
  auto first = at.server.welcome();
  first.carry("n0@example.com");
  first.go_ahead("n1@example.com");
  first.message();
  CHECK(first.hears_nothing());
  first.say("250 ok\r\n");
  first.hear("QUIT");
  first.say("221 bye\r\n");
  CHECK(first.rest().empty());
  auto second = at.server.welcome();
  second.hear_letter("n2@example.com");
}

TEST_CASE("a session that has carried its letters is followed by another at once, and nothing has failed",
          "[smtp]") {
  smtp_fixture at;
  at.settings.reconnect_delay_first = at.settings.reconnect_delay_max = std::chrono::minutes(1);
  std::string_view refusal;
  SECTION("452 to MAIL") {
    refusal = "452 4.5.3 Too many recipients: Too many messages sent\r\n503 5.5.1 no\r\n503 5.5.1 no\r\n";
  }
  SECTION("421 to MAIL") {
    refusal = "421 too many messages in this connection\r\n";
  }
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 4));
  for (auto letter = 0; letter < 4; ++letter) {
    auto peer = at.server.welcome();
    peer.carry("n" + std::to_string(letter) + "@example.com");
    if (letter == 3)
      break;
    peer.hear_letter("n" + std::to_string(letter + 1) + "@example.com");
    peer.say(refusal);
    peer.rest();
  }
  queue.await_settled(4);
  CHECK(queue.count(letter_state::accepted) == 4);
}

TEST_CASE("a session that is full of no letter at all is the relay's trouble", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  peer.say("421 too many messages in this connection\r\n");
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("too many messages in this connection"));
}

TEST_CASE("a connection that works does not make room for those that are being opened", "[smtp]") {
  smtp_fixture at;
  at.settings.connections_max = 3;
  at.settings.in_hand = 6;
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 6));
  auto works = at.server.welcome();
  auto opening = at.server.accept();
  auto refused = at.server.accept();
  works.go_ahead("n0@example.com");
  refused.say("421 4.7.0 too many connections\r\n");
  CHECK(refused.rest().empty()); // by now the relay knows of the limit
  works.message();
  works.say("250 ok\r\n");
  works.hear("MAIL FROM:<sender@example.org>"); // where QUIT would leave nobody who carries letters
}

TEST_CASE("a connection without letters is closed after idle_timeout", "[smtp]") {
  smtp_fixture at;
  at.settings.idle_timeout = milliseconds{50};
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.carry("n0@example.com");
  peer.hear("QUIT");
  peer.say("221 bye\r\n");
  CHECK(peer.rest().empty());
}

TEST_CASE("connections are opened as letters need them, up to connections_max", "[smtp]") {
  smtp_fixture at;
  at.settings.connections_max = 3;
  queue_watch queue(at.relay(), answers::at_once);
  CHECK(at.server.is_left_alone());
  queue.offer(make_letters(0, 1));
  auto first = at.server.accept();
  CHECK(at.server.is_left_alone());
  queue.offer(make_letters(1, 10));
  CHECK(at.server.is_left_alone()); // until it is known that one can be opened
  first.greet(usual_offers);
  auto second = at.server.accept();
  auto third = at.server.accept();
  CHECK(at.server.is_left_alone());
}

TEST_CASE("a wrong password costs one login, and the next one waits", "[smtp][auth]") {
  smtp_fixture at;
  at.settings.connections_max = 20;
  at.settings.reconnect_delay_max = milliseconds{100};
  queue_watch queue(at.relay("", "smtp", "user:secret"), answers::at_once);
  queue.offer(make_letters(0, 100));
  auto first = at.server.welcome({"PIPELINING", "AUTH PLAIN"});
  first.line();
  CHECK(at.server.is_left_alone());
  const auto refused_at = std::chrono::steady_clock::now();
  auto waits = milliseconds{0};
  SECTION("for good") {
    first.say("535 5.7.8 wrong password\r\n");
    waits = milliseconds{300};
  }
  SECTION("for now: as after any failure") {
    first.say("454 4.7.0 try later\r\n");
    waits = milliseconds{10};
  }
  auto second = at.server.welcome({"PIPELINING", "AUTH PLAIN"});
  CHECK(std::chrono::steady_clock::now() - refused_at >= waits);
  second.line();
  second.say("235 welcome\r\n");
  second.hear("MAIL FROM:<sender@example.org>");
}

TEST_CASE("that no greeting comes is told while it is waited for, and another connection tries", "[smtp]") {
  smtp_fixture at;
  at.settings.connections_max = 3;
  at.surroundings.greeting_patience = milliseconds{50};
  queue_watch queue(at.relay(), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto first = at.server.accept();
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("no greeting yet"));
  SECTION("it comes") {
    first.greet(usual_offers);
    first.carry("n0@example.com");
  }
  SECTION("another one is greeted") {
    at.server.welcome().carry("n0@example.com");
  }
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
  queue.await_condition(false);
}

TEST_CASE("stop finishes letters whose end of data was sent, returns the rest and says QUIT", "[smtp]") {
  smtp_fixture at;
  at.surroundings.stop_wait_max = std::chrono::seconds(20);
  auto& relay = at.relay();
  queue_watch queue(relay, answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome();
  peer.go_ahead("n0@example.com");
  peer.message();
  std::thread stopping([&] { relay.stop(); });
  peer.say("250 taken\r\n");
  peer.hear("QUIT");
  peer.say("221 bye\r\n");
  peer.close();
  stopping.join();
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
  queue.offer(make_letters(1, 1));
  queue.await_handed_back(1);
  queue.queue().withdraw();
  queue.await_drained();
}

TEST_CASE("stop waits for a reply only so long, then the letter is in doubt", "[smtp]") {
  smtp_fixture at;
  auto& relay = at.relay();
  queue_watch queue(relay, answers::at_once);
  queue.offer(make_letters(0, 3));
  auto peer = at.server.welcome();
  peer.go_ahead("n0@example.com");
  peer.message();
  relay.stop();
  CHECK(queue.await_result(0).outcome == letter_state::in_doubt);
  CHECK(queue.await_result(1).outcome == letter_state::pending);
  CHECK(queue.handed_back() == 1);
}

TEST_CASE("stop returns letters that nobody answers for", "[smtp]") {
  smtp_fixture at;
  auto& relay = at.relay();
  queue_watch queue(relay, answers::by_hand);
  queue.offer(make_letters(0, 2));
  auto peer = at.server.welcome();
  peer.hear_letter("n0@example.com");
  relay.stop();
  CHECK(queue.handed_back() == 2);
}
