// The pure parts: URLs, capabilities, parameters.

#include "adapters/smtp/dsn_parameters.hpp"
#include "adapters/smtp/smtp_capabilities.hpp"
#include "adapters/smtp/smtp_url.hpp"
#include "tests/catch.hpp"

using namespace sluice;
using Catch::Matchers::ContainsSubstring;

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
  CHECK(full.notify.empty());
  CHECK(parse_smtp_url("smtp://mail?dsn=never").value().notify == "NEVER");
  CHECK(parse_smtp_url("smtp://mail?dsn=failure,delay").value().notify == "FAILURE,DELAY");
  CHECK_FALSE(full.may_chunk);
  CHECK(parse_smtp_url("smtp://mail?chunking=on").value().may_chunk);
  CHECK_FALSE(parse_smtp_url("smtp://mail?chunking=off").value().may_chunk);
  CHECK(full.pipelining == pipelining_use::commands);
  CHECK(parse_smtp_url("smtp://mail?pipelining=off").value().pipelining == pipelining_use::off);
  CHECK(parse_smtp_url("smtp://mail?pipelining=commands").value().pipelining == pipelining_use::commands);
  CHECK(parse_smtp_url("smtps://mail?pipelining=full").value().pipelining == pipelining_use::full);
  const auto secure = parse_smtp_url("smtps://mail.example").value();
  CHECK(secure.port == 465);
  CHECK(secure.tls == tls_use::implicit);
}

TEST_CASE("a wrong URL is refused with words that do not hold the password", "[smtp]") {
  for (const std::string text : {"smtp://",
                                 "smtp:",
                                 "mail.example",
                                 "http://mail.example",
                                 "smtp://u:topsecret@",
                                 "smtp://mail:0",
                                 "smtp://mail:70000",
                                 "smtp://mail:",
                                 "smtp://mail/path",
                                 "smtp://mail#x",
                                 "smtp://mail?tls=maybe",
                                 "smtp://mail?x=y",
                                 "smtps://mail?tls=require",
                                 "smtp://:topsecret@mail",
                                 "smtp://u:top secret@mail",
                                 "smtp://u:topsecret%00@mail",
                                 "smtp://mail?auth=yes",
                                 "smtp://mail?pipelining=on",
                                 "smtp://mail?chunking=yes",
                                 "smtp://mail?dsn=",
                                 "smtp://mail?dsn=never,delay",
                                 "smtp://mail?dsn=failure,",
                                 "smtp://mail?dsn=failure%0D%0AX"}) {
    INFO(text);
    const auto made = parse_smtp_url(text);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_input);
    CHECK_THAT(made.error().message, !ContainsSubstring("topsecret"));
  }
}

TEST_CASE("an @ in a user name that is not encoded is told how it is", "[smtp]") {
  for (const std::string text :
       {"smtp://news@shop.example:topsecret@host", "smtp://u:top@secret@host:587?tls=require"}) {
    const auto made = parse_smtp_url(text);
    REQUIRE_FALSE(made);
    CHECK_THAT(made.error().message, ContainsSubstring("%40") && !ContainsSubstring("secret"));
  }
  CHECK(parse_smtp_url("smtp://news%40shop.example:s%40cret@host?x=y@z").error().message.find("%40") ==
        std::string::npos);
}

TEST_CASE("a server's offers are read whatever their case, unknown ones passed over", "[smtp]") {
  const auto all =
      parse_capabilities("SIZE STARTTLS\npipelining\nSize 1000\n8BITMIME\nX-NEW\nAUTH plain login\n"
                         "StartTLS\nSMTPUTF8\n");
  CHECK(all.pipelining);
  CHECK(all.size);
  CHECK(all.size_max == 1000);
  CHECK(all.eight_bit);
  CHECK(all.auth == std::vector<std::string>{"PLAIN", "LOGIN"});
  CHECK(parse_capabilities("x\nDSN").dsn);
  CHECK_FALSE(all.chunking);
  CHECK(parse_capabilities("x\nChunking").chunking);
  CHECK(all.starttls);
  CHECK(all.smtputf8);
  const auto none = parse_capabilities("PIPELINING is my name");
  CHECK_FALSE(none.pipelining);
  CHECK(parse_capabilities("x\nSIZE").size);
  CHECK(parse_capabilities("x\nSIZE").size_max == 0);
}

namespace {

std::string envid_of(std::string_view id) {
  std::string line = "MAIL FROM:<>";
  append_envid(line, id);
  return line.substr(12);
}

std::string orcpt_of(std::string_view address, bool may_utf8 = false) {
  std::string line = "RCPT TO:<>";
  append_orcpt(line, address, may_utf8);
  return line.substr(10);
}

} // namespace

TEST_CASE("ENVID is the letter's id in xtext, or is left out", "[smtp]") {
  CHECK(envid_of("c17.3f00") == " ENVID=c17.3f00");
  CHECK(envid_of("a+b=c d\x7F") == " ENVID=a+2Bb+3Dc+20d+7F");
  CHECK(envid_of("") == "");
  CHECK(envid_of(std::string(100, 'x')) == " ENVID=" + std::string(100, 'x'));
  CHECK(envid_of(std::string(101, 'x')) == "");
  CHECK(envid_of(std::string(99, 'x') + "=") == "");
}

TEST_CASE("ORCPT is the recipient with the type of its address", "[smtp]") {
  CHECK(orcpt_of("ada@example.com") == " ORCPT=rfc822;ada@example.com");
  CHECK(orcpt_of("a+b=c\\@example.com", true) == " ORCPT=rfc822;a+2Bb+3Dc\\@example.com");
  CHECK(orcpt_of("jos\u00e9+x=\\@example.com", true) ==
        " ORCPT=utf-8;jos\u00e9\\x{2B}x\\x{3D}\\x{5C}@example.com");
  CHECK(orcpt_of("jos\u00e9@example.com", false) == "");
  const auto domain = "@" + std::string(185, 'd') + ".example";
  CHECK(orcpt_of(std::string(60, '+') + domain).size() == 7 + 7 + 180 + domain.size());
  CHECK(orcpt_of(std::string(200, '+') + domain) == "");
}
