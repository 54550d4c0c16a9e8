#include "messages/address.hpp"

#include "messages/utf8.hpp"
#include "tests/catch.hpp"

#include <rapidcheck.h>

using namespace sluice;

namespace {

std::string repeated(std::size_t count, std::string_view what) {
  std::string text;
  for (std::size_t at = 0; at < count; ++at)
    text += what;
  return text;
}

} // namespace

TEST_CASE("addresses are taken as they are, with the domain in lower case") {
  CHECK(parse_address("Anna.Berg+spring@Shop.EXAMPLE") == "Anna.Berg+spring@shop.example");
  CHECK(parse_address("o'neil!#$%&*/=?^_`{|}~-@a-b.example") == "o'neil!#$%&*/=?^_`{|}~-@a-b.example");
  CHECK(parse_address("a@xn--e1afmkfd.xn--p1ai") == "a@xn--e1afmkfd.xn--p1ai");
  CHECK(parse_address("почта@пример.рф") == "почта@пример.рф");
  CHECK(parse_address("a@b.co") == "a@b.co");
  CHECK(parse_address("a@1.2.example") == "a@1.2.example");
}

TEST_CASE("a quoted local part keeps the quotes that it needs, and odd dots are taken where that is said") {
  CHECK(parse_address("\"a b\"@C.example") == "\"a b\"@c.example");
  CHECK(parse_address("\"ann\"@c.example") == "ann@c.example");
  CHECK(parse_address("\"a\\\"@b\"@c.example") == "\"a\\\"@b\"@c.example");
  CHECK(parse_address("a..b.@c.example", local_parts::odd) == "a..b.@c.example");
}

TEST_CASE("what is no address is refused with words that say why") {
  const auto is_refused = [](const std::string& text) {
    INFO(text);
    const auto read = parse_address(text);
    if (read)
      return false;
    CHECK(read.error().code == error_code::invalid_input);
    CHECK(read.error().message.find("is no mail address") != std::string::npos);
    CHECK(is_utf8(read.error().message));
    return true;
  };
  for (const auto* text : {"",
                           "@",
                           "a",
                           "a@",
                           "@b.example",
                           "a@b",
                           "a b@c.example",
                           "a@b c.example",
                           "a@@b.example",
                           "a@b@c.example",
                           ".a@b.example",
                           "a.@b.example",
                           "a..b@c.example",
                           "a@.b.example",
                           "a@b.example.",
                           "a@b..example",
                           "a@-b.example",
                           "a@b-.example",
                           "a@b_c.example",
                           "\"a b@c.example",
                           "\"a\"b\"@c.example",
                           "\"a<b\"@c.example",
                           "a@[192.0.2.1]",
                           "a@192.0.2.1",
                           "a(comment)@b.example",
                           "<a@b.example>",
                           "a@b.example,c@d.example",
                           "a@b.example\n",
                           "a\t@b.example",
                           "@relay.example:a@b.example",
                           "a;b@c.example",
                           "a:b@c.example",
                           "a@b.example/c",
                           "mailto:a@b.example"})
    CHECK(is_refused(text));
  CHECK(is_refused(std::string("a\0@b.example", 12)));
  CHECK(is_refused("caf\xE9@b.example"));
  CHECK(is_refused("a\u200B@b.example"));
  CHECK(is_refused("a\u202E@b.example"));
  CHECK(is_refused("a\u00A0b@c.example"));
  CHECK(is_refused("\uFEFFa@b.example"));
  CHECK(is_refused("a\uFFFD@b.example"));
  CHECK(is_refused("a@b\u3002example.com"));
  CHECK(is_refused("a@b\uFF0Eexample.com"));
  CHECK(is_refused("a@b\u00ADc.example"));
}

TEST_CASE("lengths are those of RFC 5321") {
  const auto domain_of_length = [](std::size_t octets) {
    std::string domain = "example";
    while (domain.size() + 2 <= octets)
      domain.insert(0, octets - domain.size() == 3 ? "aa." : "a.");
    return domain;
  };
  CHECK(parse_address(repeated(64, "a") + "@b.example").has_value());
  CHECK_FALSE(parse_address(repeated(65, "a") + "@b.example").has_value());
  CHECK(parse_address("a@" + repeated(63, "b") + ".example").has_value());
  CHECK_FALSE(parse_address("a@" + repeated(64, "b") + ".example").has_value());
  CHECK(parse_address(repeated(4, "a") + "@" + domain_of_length(249)).has_value());
  CHECK_FALSE(parse_address(repeated(5, "a") + "@" + domain_of_length(249)).has_value());
  // An international label is measured in its ASCII form: 40 Cyrillic letters fit, though they are 80 octets.
  CHECK(parse_address("a@" + repeated(40, "ж") + ".рф").has_value());
  CHECK_FALSE(parse_address("a@" + repeated(60, "ж") + ".рф").has_value());
}

TEST_CASE("an address that was taken is taken again, unchanged") {
  CHECK(rc::check([] {
    const auto piece =
        rc::gen::element<std::string>("a", "B", "7", ".", "-", "+", "@", "é", "ж", " ", "\"", "xn--");
    const auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
    std::string text = "a";
    for (const auto& one : pieces)
      text += one;
    text += "@shop.example";
    if (const auto read = parse_address(text)) {
      RC_ASSERT(parse_address(*read).value() == *read);
      RC_ASSERT(folded(*read) == folded(text));
    }
  }));
}

TEST_CASE("any bytes may be given for an address or a mailbox") {
  CHECK(rc::check([](const std::string& noise) {
    for (const auto& text : {noise, noise + "@" + noise, noise + " <a@b.example>"}) {
      if (const auto read = parse_address(text); !read)
        RC_ASSERT(is_utf8(read.error().message));
      if (const auto read = parse_mailbox(text); !read)
        RC_ASSERT(is_utf8(read.error().message));
      else
        RC_ASSERT(is_utf8(read->display_name) && read->display_name.find('\n') == std::string::npos);
    }
  }));
}

TEST_CASE("a mailbox is a name and an address, or an address alone") {
  CHECK(parse_mailbox("Shop <news@Shop.example>") == mailbox{"Shop", "news@shop.example"});
  CHECK(parse_mailbox("\"Shop, Inc.\" <news@shop.example>") == mailbox{"Shop, Inc.", "news@shop.example"});
  CHECK(parse_mailbox("\"a \\\"b\\\" \\\\ c\" <news@shop.example>") ==
        mailbox{"a \"b\" \\ c", "news@shop.example"});
  CHECK(parse_mailbox("Магазин № 1 <news@shop.example>") == mailbox{"Магазин № 1", "news@shop.example"});
  CHECK(parse_mailbox("  news@shop.example ") == mailbox{"", "news@shop.example"});
  CHECK(parse_mailbox("<news@shop.example>") == mailbox{"", "news@shop.example"});
  CHECK(parse_mailbox("Dr. O'Neil & Co <news@shop.example>") ==
        mailbox{"Dr. O'Neil & Co", "news@shop.example"});
}

TEST_CASE("what could be taken for another mailbox, or for another header line, is refused") {
  for (const auto* text : {"",
                           "Shop",
                           "Shop <>",
                           "Shop <news>",
                           "Shop news@shop.example>",
                           "Shop <news@shop.example",
                           "Shop <news@shop.example> more",
                           "a@b.example, c@d.example",
                           "a@b.example, Shop <c@d.example>",
                           "Shop, Inc. <news@shop.example>",
                           "\"Shop <news@shop.example>",
                           "Shop\" <news@shop.example>",
                           "\"a\"b <news@shop.example>",
                           "a <b@c.example> <news@shop.example>",
                           "Team: a@b.example;",
                           "Shop\r\nBcc: a@b.example <news@shop.example>",
                           "Shop\n<news@shop.example>",
                           "Sh\x01op <news@shop.example>",
                           "Sh\xFFop <news@shop.example>",
                           "Shop (old) <news@shop.example>"}) {
    INFO(text);
    CHECK_FALSE(parse_mailbox(text).has_value());
  }
}

TEST_CASE("addresses are compared in lower case, and their domains stand behind the @") {
  CHECK(folded("Anna@Shop.EXAMPLE") == "anna@shop.example");
  CHECK(domain_of("a@shop.example") == "shop.example");
  CHECK(domain_of("nothing").empty());
}

TEST_CASE("addresses of roles are known, those of people are not") {
  for (const auto* text :
       {"info@a.example", "Sales@a.example", "support@a.example", "postmaster@a.example", "noreply@a.example",
        "no-reply@a.example", "office@a.example", "help@a.example", "hello@a.example", "contact@a.example",
        "webmaster@a.example", "abuse@a.example", "sales+spring@a.example", "www@a.example"}) {
    INFO(text);
    CHECK(is_role_address(text));
  }
  for (const auto* text : {"anna@a.example", "infos@a.example", "my.info@a.example", "info.anna@a.example",
                           "anna+sales@a.example", "+info@a.example", "@a.example", ""}) {
    INFO(text);
    CHECK_FALSE(is_role_address(text));
  }
}

TEST_CASE("an international domain is one domain in whichever spelling") {
  for (const auto* text : {"пример.рф", "ПРИМЕР.РФ", "xn--e1afmkfd.xn--p1ai", "XN--E1AFMKFD.xn--P1AI"}) {
    INFO(text);
    CHECK(ascii_domain(text) == "xn--e1afmkfd.xn--p1ai");
    CHECK(folded("Anna@" + std::string{text}) == "anna@xn--e1afmkfd.xn--p1ai");
  }
  CHECK(unicode_domain("xn--e1afmkfd.XN--p1ai") == "пример.рф");
  CHECK(unicode_domain("Shop.example") == "shop.example");
  // Composed or not, the letter is the same.
  CHECK(ascii_domain("bücher.example") == ascii_domain("bu\u0308cher.example"));
  CHECK(ascii_domain("faß.example") == "xn--fa-hia.example");
  CHECK(wire_address("Иван@Почта.рф") == "Иван@xn--80a1acny.xn--p1ai");
  CHECK(wire_address("Ann@Shop.example") == "Ann@Shop.example");
  CHECK(wire_address("nothing") == "nothing");
}

TEST_CASE("a domain that IDNA does not know is no address, and is compared as it is") {
  for (const auto* text : {"a@☃☃.example", "a@ab--ü.example", "a@-ü.example"}) {
    INFO(text);
    CHECK_FALSE(parse_address(text));
  }
  CHECK(ascii_domain("A☃.example") == "a☃.example");
  CHECK(unicode_domain("xn--.example") == "xn--.example");
}

TEST_CASE("how a store of before may have folded an international address is known") {
  using spellings = std::vector<std::string>;
  CHECK(folded_before("Ann@shop.example").empty());
  CHECK(folded_before("nothing").empty());
  CHECK(folded_before("Ann@пример.рф") == spellings{"ann@пример.рф"});
  CHECK(folded_before("Ann@xn--e1afmkfd.xn--p1ai") == spellings{"ann@пример.рф"});
  CHECK(folded_before("Ann@Пример.рф") == spellings{"ann@Пример.рф", "ann@пример.рф"});
}

TEST_CASE("an address whose local part is beyond ASCII needs SMTPUTF8, one whose domain is does not") {
  CHECK(needs_smtputf8("почта@shop.example"));
  CHECK(needs_smtputf8("почта@пример.рф"));
  CHECK_FALSE(needs_smtputf8("a@пример.рф"));
  CHECK_FALSE(needs_smtputf8("a@xn--e1afmkfd.xn--p1ai"));
}
