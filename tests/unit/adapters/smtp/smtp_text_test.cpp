// The pure parts: the wire form of messages, URLs, capabilities.

#include "adapters/smtp/dot_stuffing.hpp"
#include "adapters/smtp/smtp_capabilities.hpp"
#include "adapters/smtp/smtp_url.hpp"
#include "tests/catch.hpp"

#include <rapidcheck.h>

using namespace sluice;
using Catch::Matchers::Contains;

namespace {

/// What a server makes of the wire form (RFC 5321 section 4.5.2).
std::string unstuffed(std::string_view wire) {
  std::string text;
  while (!wire.empty()) {
    const auto end = wire.find("\r\n");
    auto line = wire.substr(0, end);
    if (line.starts_with('.'))
      line.remove_prefix(1);
    text += line;
    text += "\r\n";
    wire.remove_prefix(end + 2);
  }
  return text;
}

rc::Gen<std::string> tricky_text() {
  return rc::gen::container<std::string>(rc::gen::element('.', '\r', '\n', 'a', '\0'));
}

} // namespace

TEST_CASE("a message in wire form has CRLF only, ends in one, and no line of a dot alone", "[smtp]") {
  CHECK(rc::check([] {
    std::string wire;
    to_wire_form(*tricky_text(), wire);
    RC_ASSERT(wire.empty() || wire.ends_with("\r\n"));
    RC_ASSERT(("\r\n" + wire).find("\r\n.\r\n") == std::string::npos);
    for (std::size_t at = 0; at < wire.size(); ++at) {
      if (wire[at] == '\r')
        RC_ASSERT(wire[at + 1] == '\n');
      if (wire[at] == '\n')
        RC_ASSERT((at > 0 && wire[at - 1] == '\r'));
    }
  }));
}

TEST_CASE("a message with proper lines arrives as it was", "[smtp]") {
  CHECK(rc::check([](const std::vector<std::string>&) {
    std::string message;
    for (const auto& line : *rc::gen::container<std::vector<std::string>>(
             rc::gen::container<std::string>(rc::gen::element('.', 'a', 'b'))))
      message += line + "\r\n";
    std::string wire;
    to_wire_form(message, wire);
    RC_ASSERT(unstuffed(wire) == message);
  }));
}

TEST_CASE("a message goes uncopied only if its wire form is itself", "[smtp]") {
  CHECK(rc::check([] {
    const auto message = *tricky_text();
    std::string wire;
    to_wire_form(message, wire);
    RC_ASSERT(is_wire_form(message) == (wire == message));
  }));
}

TEST_CASE("a relay's URL is taken apart", "[smtp]") {
  const auto plain = parse_smtp_url("smtp://mail.example:2525").value();
  CHECK(plain.host == "mail.example");
  CHECK(plain.port == 2525);
  CHECK(plain.tls == tls_use::offered);
  CHECK(plain.user.empty());
  const auto full = parse_smtp_url("smtp://a%40b:p%3Aw@[::1]/?tls=require&auth=insecure").value();
  CHECK(full.host == "::1");
  CHECK(full.port == 25);
  CHECK(full.user == "a@b");
  CHECK(full.password == "p:w");
  CHECK(full.tls == tls_use::required);
  CHECK(full.may_auth_in_clear);
  const auto secure = parse_smtp_url("smtps://mail.example").value();
  CHECK(secure.port == 465);
  CHECK(secure.tls == tls_use::implicit);
}

TEST_CASE("a wrong URL is refused with words that do not hold the password", "[smtp]") {
  for (const std::string text :
       {"smtp://", "smtp:", "mail.example", "http://mail.example", "smtp://u:topsecret@", "smtp://mail:0",
        "smtp://mail:70000", "smtp://mail:", "smtp://mail/path", "smtp://mail#x", "smtp://mail?tls=maybe",
        "smtp://mail?x=y", "smtps://mail?tls=require", "smtp://:topsecret@mail", "smtp://u:top secret@mail",
        "smtp://u:topsecret%00@mail", "smtp://mail?auth=yes"}) {
    INFO(text);
    const auto made = parse_smtp_url(text);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_input);
    CHECK_THAT(made.error().message, !Contains("topsecret"));
  }
}

TEST_CASE("a server's offers are read whatever their case, unknown ones passed over", "[smtp]") {
  const auto all =
      parse_capabilities("SIZE STARTTLS\npipelining\nSize 1000\n8BITMIME\nX-NEW\nAUTH plain login\n"
                         "StartTLS\nSMTPUTF8\n");
  CHECK(all.pipelining);
  CHECK(all.size);
  CHECK(all.size_max == 1000);
  CHECK(all.eight_bit);
  CHECK(all.auth_plain);
  CHECK(all.auth_login);
  CHECK(all.starttls);
  CHECK(all.smtputf8);
  const auto none = parse_capabilities("PIPELINING is my name");
  CHECK_FALSE(none.pipelining);
  CHECK(parse_capabilities("x\nSIZE").size);
  CHECK(parse_capabilities("x\nSIZE").size_max == 0);
}
