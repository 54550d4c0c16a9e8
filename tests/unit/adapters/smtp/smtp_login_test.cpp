// Logging in: what each mechanism says, against the RFCs' examples and GNU SASL's own server side; which are tried, and
// what a refusal leads to.

#include "adapters/smtp/smtp_login.hpp"
#include "messages/base64.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/smtp_fixture.hpp"
#include "tests/unit/adapters/smtp/test_certificates.hpp"

#include <gsasl.h>

#include <atomic>

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using names = std::vector<std::string>;

namespace {

/// GNU SASL as the server, which knows one user.
class sasl_server {
public:
  explicit sasl_server(const char* mechanism, std::string password, channel_binding binding = {}) :
      password_(std::move(password)), binding_(std::move(binding)) {
    REQUIRE(gsasl_init(&context_) == GSASL_OK);
    gsasl_callback_hook_set(context_, this);
    gsasl_callback_set(context_, [](Gsasl* context, Gsasl_session* session, Gsasl_property what) {
      return static_cast<sasl_server*>(gsasl_callback_hook_get(context))->give(session, what);
    });
    REQUIRE(gsasl_server_start(context_, mechanism, &session_) == GSASL_OK);
  }
  sasl_server(const sasl_server&) = delete;
  sasl_server& operator=(const sasl_server&) = delete;
  ~sasl_server() {
    gsasl_finish(session_);
    gsasl_done(context_);
  }

  /// GSASL_OK: it is convinced; GSASL_NEEDS_MORE; or why not.
  int step(std::string_view response, std::string& challenge) {
    char* output = nullptr;
    std::size_t bytes = 0;
    const auto done = gsasl_step(session_, response.data(), response.size(), &output, &bytes);
    challenge.clear();
    if (output != nullptr)
      challenge.assign(output, bytes);
    gsasl_free(output);
    return done;
  }

private:
  int give(Gsasl_session* session, Gsasl_property what) {
    switch (what) {
    case GSASL_PASSWORD:
      return gsasl_property_set(session, what, password_.c_str());
    case GSASL_CB_TLS_EXPORTER:
      return binding_.type == channel_binding::kind::tls_exporter
                 ? gsasl_property_set(session, what, to_base64(binding_.data).c_str())
                 : GSASL_NO_CALLBACK;
    case GSASL_CB_TLS_UNIQUE:
      return binding_.type == channel_binding::kind::tls_unique
                 ? gsasl_property_set(session, what, to_base64(binding_.data).c_str())
                 : GSASL_NO_CALLBACK;
    default:
      return GSASL_NO_CALLBACK;
    }
  }

  std::string password_;
  channel_binding binding_;
  Gsasl* context_ = nullptr;
  Gsasl_session* session_ = nullptr;
};

/// What the server makes of the client in the end.
int converse(login_exchange& client, sasl_server& server) {
  std::string said;
  if (client.speaks_first())
    said = client.respond({}).value();
  while (true) {
    std::string challenge;
    const auto done = server.step(said, challenge);
    if (done != GSASL_NEEDS_MORE && (done != GSASL_OK || challenge.empty()))
      return done;
    const auto response = client.respond(challenge);
    if (!response)
      return GSASL_MECHANISM_PARSE_ERROR;
    if (done == GSASL_OK)
      return done;
    said = *response;
  }
}

login_identity somebody(std::string password = "pencil", channel_binding binding = {}) {
  login_identity who;
  who.user = "user";
  who.password = std::move(password);
  who.binding = std::move(binding);
  return who;
}

std::unique_ptr<login_exchange> begun(const std::string& mechanism, const login_identity& who) {
  auto made = begin_login(mechanism, who);
  if (!made)
    throw std::runtime_error(made.error().message);
  return std::move(*made);
}

names tried(const names& offered, const login_choice& choice) {
  return login_mechanisms(offered, choice);
}

const names everything{"LOGIN",         "PLAIN",       "CRAM-MD5", "SCRAM-SHA-1",   "SCRAM-SHA-256-PLUS",
                       "SCRAM-SHA-256", "OAUTHBEARER", "GSSAPI",   "SCRAM-SHA-512", "XOAUTH2",
                       "NTLM"};
const channel_binding bound{channel_binding::kind::tls_exporter, std::string(32, 'k')};

} // namespace

TEST_CASE("mechanisms are tried from the one that shows least", "[smtp][auth]") {
  CHECK(tried(everything, {.is_tls = true, .has_binding = true}) ==
        names{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"});
  CHECK(tried(everything, {.is_tls = true}) ==
        names{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"});
  CHECK(tried({"PLAIN", "CRAM-MD5", "LOGIN"}, {}) == names{"CRAM-MD5", "PLAIN", "LOGIN"});
  CHECK(tried({"CRAM-MD5", "LOGIN"}, {.is_tls = true}) == names{"LOGIN", "CRAM-MD5"});
  CHECK(tried({"GSSAPI"}, {}).empty());
  CHECK(tried(everything, {.has_password = false, .has_token = true, .is_tls = true}) ==
        names{"OAUTHBEARER", "XOAUTH2"});
  CHECK(tried({"XOAUTH2", "PLAIN"}, {.has_token = true, .is_tls = true}) == names{"XOAUTH2", "PLAIN"});
  CHECK(tried({"PLAIN"}, {.has_password = false, .has_token = true}).empty());
}

TEST_CASE("the right password convinces a server by each mechanism, another does not", "[smtp][auth]") {
  for (const auto* mechanism : {"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"}) {
    INFO(mechanism);
    const auto client = begun(mechanism, somebody());
    sasl_server server(mechanism, "pencil");
    CHECK(converse(*client, server) == GSASL_OK);
    CHECK(client->is_proven());
    const auto wrong = begun(mechanism, somebody("pen"));
    sasl_server other(mechanism, "pencil");
    CHECK(converse(*wrong, other) == GSASL_AUTHENTICATION_ERROR);
  }
}

TEST_CASE("SCRAM-SHA-256-PLUS is bound to its connection", "[smtp][auth]") {
  for (const auto type : {channel_binding::kind::tls_exporter, channel_binding::kind::tls_unique}) {
    const channel_binding here{type, std::string(32, 'k')};
    const channel_binding elsewhere{type, std::string(32, 'x')};
    const auto client = begun("SCRAM-SHA-256-PLUS", somebody("pencil", here));
    sasl_server server("SCRAM-SHA-256-PLUS", "pencil", here);
    CHECK(converse(*client, server) == GSASL_OK);
    CHECK(client->is_proven());
    const auto passed_on = begun("SCRAM-SHA-256-PLUS", somebody("pencil", here));
    sasl_server behind("SCRAM-SHA-256-PLUS", "pencil", elsewhere);
    CHECK(converse(*passed_on, behind) != GSASL_OK);
  }
}

TEST_CASE("SCRAM says whether it is bound", "[smtp][auth]") {
  const auto first = [](const std::string& mechanism) {
    return begun(mechanism, somebody("pencil", bound))->respond({}).value();
  };
  CHECK_THAT(first("SCRAM-SHA-256"), StartsWith("n,,n=user,r="));
  CHECK_THAT(first("SCRAM-SHA-256-PLUS"), StartsWith("p=tls-exporter,,n=user,r="));
}

TEST_CASE("a SCRAM server that cannot show that it knows the password is not believed", "[smtp][auth]") {
  const auto client = begun("SCRAM-SHA-256", somebody());
  sasl_server server("SCRAM-SHA-256", "pencil");
  std::string challenge;
  REQUIRE(server.step(client->respond({}).value(), challenge) == GSASL_NEEDS_MORE);
  REQUIRE(client->respond(challenge));
  CHECK_FALSE(client->is_proven());
  CHECK_FALSE(client->respond("v=" + to_base64(std::string(32, 'x'))));
  CHECK_FALSE(client->is_proven());
}

TEST_CASE("a SCRAM server cannot have a password hashed for hours, nor speak nonsense", "[smtp][auth]") {
  const auto client = begun("SCRAM-SHA-256", somebody());
  const auto nonce = client->respond({}).value().substr(std::string_view{"n,,n=user,r="}.size());
  SECTION("hours") {
    const auto refused = client->respond("r=" + nonce + "s,s=c2FsdA==,i=2000000000");
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, ContainsSubstring("2000000000 times"));
  }
  SECTION("a nonce that is not ours") {
    CHECK_FALSE(client->respond("r=other,s=c2FsdA==,i=4096"));
  }
  SECTION("nonsense") {
    CHECK_FALSE(client->respond("and then?"));
  }
}

TEST_CASE("CRAM-MD5 answers the example of RFC 2195", "[smtp][auth]") {
  auto who = somebody("tanstaaftanstaaf");
  who.user = "tim";
  const auto client = begun("CRAM-MD5", who);
  CHECK_FALSE(client->speaks_first());
  CHECK(client->respond("<1896.697170952@postoffice.reston.mci.net>") ==
        "tim b913a602c7eda7a495b4e6e7334d3890");
  CHECK_FALSE(client->respond("and then?"));
}

TEST_CASE("tokens go as RFC 7628 and Google have them", "[smtp][auth]") {
  login_identity who;
  who.user = "user@example.com";
  who.token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
  who.host = "server.example.com";
  who.port = 143;
  // RFC 7628 section 4.1
  CHECK(to_base64(begun("OAUTHBEARER", who)->respond({}).value()) ==
        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRx"
        "bVRj"
        "Mk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB");
  who.user = "a,b=c";
  CHECK_THAT(begun("OAUTHBEARER", who)->respond({}).value(), StartsWith("n,a=a=2Cb=3Dc,\x01"));
  who.user = "someuser@example.com";
  who.token = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg";
  CHECK(to_base64(begun("XOAUTH2", who)->respond({}).value()) ==
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRH"
        "RXVZ"
        "Mjl0Q2cBAQ==");
}

TEST_CASE("a mechanism that the server does not take gives way to the next", "[smtp][auth]") {
  smtp_fixture at;
  queue_watch queue(at.relay("", "smtp", "user:secret"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"PIPELINING", "AUTH PLAIN LOGIN"});
  CHECK(peer.line().starts_with("AUTH PLAIN "));
  SECTION("because it does not know it") {
    peer.say("504 5.7.4 Unrecognized authentication type\r\n");
  }
  SECTION("because it is too weak") {
    peer.say("534 5.7.9 not this one\r\n");
  }
  SECTION("in words of another") {
    peer.say("501 5.5.4 invalid argument\r\n");
  }
  peer.hear("AUTH LOGIN");
  peer.say("334 VXNlcm5hbWU6\r\n");
  peer.hear("dXNlcg==");
  peer.say("334 UGFzc3dvcmQ6\r\n");
  peer.hear("c2VjcmV0");
  peer.say("235 ok\r\n");
  peer.hear_letter("n0@example.com");
}

TEST_CASE("a password that was shown and refused is not tried by another mechanism", "[smtp][auth]") {
  smtp_fixture at;
  queue_watch queue(at.relay("", "smtp", "user:secret"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"AUTH PLAIN LOGIN"});
  CHECK(peer.line().starts_with("AUTH PLAIN "));
  peer.say("535 5.7.8 wrong\r\n");
  CHECK(peer.rest().empty());
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("refuses the login by PLAIN: 535 5.7.8 wrong"));
}

TEST_CASE(
    "after a mechanism that hides the password a refusal may be the store's, so the password is shown once",
    "[smtp][auth]") {
  const names all{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5"};
  CHECK_FALSE(next_after_refusal(all, 0));
  CHECK(next_after_refusal(all, 1) == std::size_t{3});
  CHECK(next_after_refusal(all, 2) == std::size_t{3});
  CHECK_FALSE(next_after_refusal(all, 3));
  CHECK_FALSE(next_after_refusal(all, 4));
  CHECK_FALSE(next_after_refusal(all, 5));
  CHECK(next_after_refusal(names{"CRAM-MD5", "LOGIN"}, 0) == std::size_t{1});
  CHECK_FALSE(next_after_refusal(names{"OAUTHBEARER", "XOAUTH2", "PLAIN"}, 0));
  smtp_fixture at;
  queue_watch queue(at.relay("", "smtp", "user:secret"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"PIPELINING", "AUTH PLAIN SCRAM-SHA-256 SCRAM-SHA-1"});
  CHECK_THAT(peer.line(), StartsWith("AUTH SCRAM-SHA-256 "));
  peer.say("535 5.7.8 no such user here\r\n");
  using namespace std::string_literals;
  peer.hear("AUTH PLAIN " + to_base64("\0user\0secret"s));
  SECTION("and does") {
    peer.say("235 ok\r\n");
    peer.hear_letter("n0@example.com");
  }
  SECTION("or is refused") {
    peer.say("535 5.7.8 no\r\n");
    CHECK_THAT(queue.await_condition(true), ContainsSubstring("refuses the login by PLAIN: 535 5.7.8 no"));
    CHECK(peer.rest().empty());
  }
}

TEST_CASE("a server that asks on and on is given up", "[smtp][auth]") {
  smtp_fixture at;
  queue_watch queue(at.relay("", "smtp", "user:secret"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"AUTH LOGIN"});
  peer.hear("AUTH LOGIN");
  peer.say("334 name?\r\n");
  peer.hear("dXNlcg==");
  peer.say("334 password?\r\n");
  peer.hear("c2VjcmV0");
  peer.say("334 and then?\r\n");
  peer.hear("*");
  peer.say("501 as you like\r\n");
  CHECK_THAT(queue.await_condition(true),
             ContainsSubstring("login by LOGIN failed") && ContainsSubstring("334 and then?"));
}

namespace {

/// The server's side of a SCRAM login in SMTP; what it answers in the end.
std::string scram_over(server_side& peer, const std::string& mechanism, sasl_server& server) {
  auto said = peer.line();
  const auto begin = "AUTH " + mechanism + " ";
  if (!said.starts_with(begin))
    return "heard " + said;
  said.erase(0, begin.size());
  while (true) {
    std::string challenge;
    const auto done = server.step(from_login_base64(said).value(), challenge);
    if (done != GSASL_OK && done != GSASL_NEEDS_MORE)
      return "535 5.7.8 no\r\n";
    peer.say("334 " + to_base64(challenge) + "\r\n");
    said = peer.line();
    if (done == GSASL_OK)
      return said.empty() ? "235 2.7.0 welcome\r\n" : "501 what?\r\n";
  }
}

channel_binding exporter_of(server_side& peer) {
  return peer.tls_exporter().empty()
             ? channel_binding{}
             : channel_binding{channel_binding::kind::tls_exporter, peer.tls_exporter()};
}

} // namespace

TEST_CASE("under TLS the relay logs in by SCRAM, bound to the connection where it can be",
          "[smtp][auth][tls]") {
  test_certificates certificates;
  smtp_fixture at;
  at.settings.ca_file = certificates.ca_file;
  queue_watch queue(at.relay("", "smtps", "user:pencil"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.accept();
  REQUIRE(peer.start_tls(certificates.server.get()));
  SECTION("bound") {
    peer.greet({"PIPELINING", "AUTH PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS"});
    sasl_server server("SCRAM-SHA-256-PLUS", "pencil", exporter_of(peer));
    peer.say(scram_over(peer, "SCRAM-SHA-256-PLUS", server));
    peer.hear_letter("n0@example.com");
  }
  SECTION("to a connection that is another's") {
    peer.greet({"PIPELINING", "AUTH PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS"});
    sasl_server server("SCRAM-SHA-256-PLUS", "pencil", bound);
    peer.say(scram_over(peer, "SCRAM-SHA-256-PLUS", server));
    CHECK_THAT(queue.await_condition(true),
               ContainsSubstring("refuses the login by SCRAM-SHA-256-PLUS: 535"));
  }
  SECTION("unbound") {
    peer.greet({"PIPELINING", "AUTH PLAIN SCRAM-SHA-256"});
    sasl_server server("SCRAM-SHA-256", "pencil");
    peer.say(scram_over(peer, "SCRAM-SHA-256", server));
    peer.hear_letter("n0@example.com");
  }
  SECTION("a success without the server's proof is none") {
    peer.greet({"PIPELINING", "AUTH SCRAM-SHA-256"});
    CHECK(peer.line().starts_with("AUTH SCRAM-SHA-256 "));
    peer.say("235 come in\r\n");
    CHECK_THAT(queue.await_condition(true), ContainsSubstring("without proof"));
    CHECK(peer.rest().empty());
  }
}

TEST_CASE("the relay logs in with a token, and renews one that is refused", "[smtp][auth]") {
  smtp_fixture at;
  at.settings.token_command = "fetch";
  std::atomic<int> runs{0};
  at.surroundings.run_command = [&](const std::string& command, milliseconds) -> result<std::string> {
    return command == "fetch" ? "token" + std::to_string(++runs) + "\n" : "wrong";
  };
  queue_watch queue(at.relay("", "smtp", "user"), answers::at_once);
  queue.offer(make_letters(0, 1));
  const auto message = [](const std::string& token) {
    return "AUTH XOAUTH2 " + to_base64("user=user\x01"
                                       "auth=Bearer " +
                                       token + "\x01\x01");
  };
  const std::string detail = R"({"status":"401","schemes":"bearer"})";
  auto peer = at.server.welcome({"PIPELINING", "AUTH PLAIN XOAUTH2"});
  peer.hear(message("token1"));
  SECTION("let in") {
    peer.say("235 ok\r\n");
    peer.hear_letter("n0@example.com");
    CHECK(runs == 1);
  }
  SECTION("renewed") {
    peer.say("334 " + to_base64(detail) + "\r\n");
    peer.hear("");
    peer.say("535 5.7.8 no\r\n");
    peer.hear(message("token2"));
    peer.say("235 ok\r\n");
    peer.hear_letter("n0@example.com");
  }
  SECTION("refused again") {
    peer.say("535 5.7.8 no\r\n");
    peer.hear(message("token2"));
    peer.say("334 " + to_base64(detail) + "\r\n");
    peer.hear("");
    peer.say("535 5.7.8 no\r\n");
    const auto words = queue.await_condition(true);
    CHECK_THAT(words, ContainsSubstring("refuses the login by XOAUTH2: 535 5.7.8 no") &&
                          ContainsSubstring(detail) && !ContainsSubstring("token2"));
    CHECK(peer.rest().empty());
  }
}

TEST_CASE("a token too long for a command line follows it", "[smtp][auth]") {
  smtp_fixture at;
  at.settings.token_command = "fetch";
  at.surroundings.run_command = [](const std::string&, milliseconds) { return std::string(2000, 't'); };
  queue_watch queue(at.relay("", "smtp", "user"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"PIPELINING", "AUTH OAUTHBEARER"});
  peer.hear("AUTH OAUTHBEARER");
  peer.say("334 \r\n");
  CHECK_THAT(from_login_base64(peer.line()).value(), ContainsSubstring(std::string(2000, 't')));
  SECTION("let in") {
    peer.say("235 ok\r\n");
    peer.hear_letter("n0@example.com");
  }
  SECTION("refused: the answer to its reasons has no meaning (RFC 7628 section 3.2.3)") {
    peer.say("334 e30=\r\n");
    peer.hear("AQ==");
    peer.say("535 no\r\n");
    CHECK_THAT(queue.await_condition(true),
               ContainsSubstring("refuses the login by OAUTHBEARER: 535 no ({})"));
  }
}

TEST_CASE("without a token nobody is asked to let us in", "[smtp][auth]") {
  smtp_fixture at;
  SECTION("a command that fails") {
    at.settings.token_command = "fetch";
    at.surroundings.run_command = [](const std::string&, milliseconds) -> result<std::string> {
      return failure(error_code::unavailable, std::string{"it is broken"});
    };
  }
  SECTION("a file that is not there") {
    at.settings.token_file = "/nowhere/token";
  }
  queue_watch queue(at.relay("", "smtp", "user"), answers::at_once);
  queue.offer(make_letters(0, 1));
  auto peer = at.server.welcome({"PIPELINING", "AUTH OAUTHBEARER"});
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("no access token"));
  CHECK(peer.rest().empty());
}
