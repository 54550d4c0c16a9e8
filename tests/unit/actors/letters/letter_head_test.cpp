#include "actors/letters/letter_head.hpp"

#include "actors/letters/letter_composer.hpp"
#include "messages/header_names.hpp"
#include "tests/catch.hpp"

namespace sluice {
namespace {

const timestamp noon_of_heads{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} +
                              std::chrono::hours{12}};
const std::vector<std::string> head_columns{"email", "name", "unsub"};

campaign_spec spec_with_head() {
  campaign_spec spec;
  spec.name = "autumn";
  spec.from = "Shop <news@shop.example>";
  spec.subject = "Hello";
  spec.text = "Dear {{name}}, {{unsubscribe_url}}\n";
  return spec;
}

recipient recipient_of(std::string name, std::string unsub = {}) {
  recipient to{"ann@example.org", {}};
  if (!name.empty())
    to.fields.push_back({1, std::move(name)});
  if (!unsub.empty())
    to.fields.push_back({2, std::move(unsub)});
  return to;
}

/// The letter, or why there is none.
std::string letter_of(const campaign_spec& spec, const recipient& to, const std::string& list = {}) {
  const auto made = make_letter_composer({{17}, "secret", "store", list}, spec, head_columns);
  if (!made)
    return "fault: " + notice_of(made.error()).code;
  batch into;
  if (const auto done = (*made)->compose(5, to, noon_of_heads, into); !done)
    return "skipped: " + notice_of(done.error()).code;
  CHECK(into.recipient_of(into.letters.front()) == "ann@example.org");
  return into.message_of(into.letters.front());
}

bool has_line(const std::string& letter, const std::string& line) {
  return ("\r\n" + letter).find("\r\n" + line + "\r\n") != std::string::npos;
}

} // namespace

TEST_CASE("a tag in the sender's name is filled in for each recipient", "[letter_head]") {
  auto spec = spec_with_head();
  spec.from = "{{name}} of Shop <news@shop.example>";
  CHECK(has_line(letter_of(spec, recipient_of("Zoé")),
                 "From: =?utf-8?Q?Zo=C3=A9_of_Shop?= <news@shop.example>"));
  CHECK(
      has_line(letter_of(spec, recipient_of("Bo, Ltd.")), "From: \"Bo, Ltd. of Shop\" <news@shop.example>"));
  CHECK(has_line(letter_of(spec, recipient_of("a\r\nBcc: b@c.example")),
                 "From: \"a  Bcc: b@c.example of Shop\" <news@shop.example>"));
  spec.from = "{{name}} <news@shop.example>";
  CHECK(has_line(letter_of(spec, recipient_of("")), "From: news@shop.example"));
  spec.from = "Shop <{{name}}@shop.example>";
  CHECK(letter_of(spec, recipient_of("ann")) == "fault: sender_address_has_tag");
}

TEST_CASE("To has the recipient's name, and Reply-To may be the recipient's own", "[letter_head]") {
  auto spec = spec_with_head();
  spec.to_name = "{{name|friend}}";
  CHECK(has_line(letter_of(spec, recipient_of("Ann")), "To: Ann <ann@example.org>"));
  CHECK(has_line(letter_of(spec, recipient_of("")), "To: friend <ann@example.org>"));
  spec.reply_to = "{{name}} <{{name}}@shop.example>";
  CHECK(has_line(letter_of(spec, recipient_of("Ann")), "Reply-To: Ann <Ann@shop.example>"));
  CHECK(letter_of(spec, recipient_of("")) == "skipped: reply_to_wrong");
}

TEST_CASE("a link that a column holds is used as it is, others have their values encoded", "[letter_head]") {
  auto spec = spec_with_head();
  spec.unsubscribe_url = "{{unsub}}";
  const auto as_it_is = letter_of(spec, recipient_of("Ann", " https://x.example/u/1?a=b&c=%20 "));
  CHECK(has_line(as_it_is, "List-Unsubscribe: <https://x.example/u/1?a=b&c=%20>"));
  CHECK(has_line(as_it_is, "List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
  CHECK(as_it_is.find("Dear Ann, https://x.example/u/1?a=b&c=%20") != std::string::npos);
  CHECK(letter_of(spec, recipient_of("Ann", "javascript:alert(1)")) ==
        "skipped: unsubscribe_url_scheme_wrong");
  CHECK(letter_of(spec, recipient_of("Ann")) == "skipped: unsubscribe_url_scheme_wrong");
  spec.unsubscribe_url = "https://x.example/u/{{unsub}}";
  CHECK(has_line(letter_of(spec, recipient_of("Ann", "a/b c")),
                 "List-Unsubscribe: <https://x.example/u/a%2Fb%20c>"));
}

TEST_CASE("an address that takes unsubscribes stands beside the link", "[letter_head]") {
  auto spec = spec_with_head();
  spec.unsubscribe_url = "https://x.example/u";
  spec.unsubscribe_mailto = "leave@shop.example?subject={{name}}";
  CHECK(has_line(letter_of(spec, recipient_of("A B")),
                 "List-Unsubscribe: <https://x.example/u>,\r\n <mailto:leave@shop.example?subject=A%20B>"));
  spec.unsubscribe_url.clear();
  const auto alone = letter_of(spec, recipient_of("A"));
  CHECK(has_line(alone, "List-Unsubscribe: <mailto:leave@shop.example?subject=A>"));
  CHECK(alone.find("One-Click") == std::string::npos);
  CHECK(alone.find("Dear A, mailto:leave@shop.example?subject=A") != std::string::npos);
  spec.unsubscribe_mailto = "{{unsub}}";
  CHECK(letter_of(spec, recipient_of("A", "no address")) == "skipped: unsubscribe_mailto_wrong");
}

TEST_CASE("List-Id is made of the list's name and the sender's domain, unless it is given", "[letter_head]") {
  auto spec = spec_with_head();
  CHECK(has_line(letter_of(spec, recipient_of("A"), "Our Customers.csv.gz"),
                 "List-Id: <our-customers.shop.example>"));
  CHECK(letter_of(spec, recipient_of("A")).find("List-Id") == std::string::npos);
  spec.list = "Weekly";
  CHECK(
      has_line(letter_of(spec, recipient_of("A"), "Our Customers"), "List-Id: Weekly <weekly.shop.example>"));
  spec.headers = {{"list-id", "<mine.shop.example>"}};
  const auto own = letter_of(spec, recipient_of("A"));
  CHECK(has_line(own, "list-id: <mine.shop.example>"));
  CHECK(own.find("List-Id: Weekly") == std::string::npos);
  CHECK(list_id(spec_with_head(), "Рассылка", "shop.example") !=
        list_id(spec_with_head(), "Клиенты", "shop.example"));
  CHECK(list_id(spec_with_head(), "Рассылка", "shop.example").starts_with("<list-"));
}

TEST_CASE("headers of one's own are filled in and stay in their field", "[letter_head]") {
  auto spec = spec_with_head();
  spec.headers = {{"Feedback-ID", "{{name}}:shop"}, {"X-Mark", "é"}};
  const auto letter = letter_of(spec, recipient_of("a\r\nBcc: b@c.example"));
  CHECK(has_line(letter, "Feedback-ID: a  Bcc: b@c.example:shop"));
  CHECK(has_line(letter, "X-Mark: =?utf-8?B?w6k=?="));
  for (const auto* own : {"From", "to", "SUBJECT", "Message-Id", "Content-Type", "List-Unsubscribe", "Bcc"})
    CHECK(is_own_header(own));
  for (const auto* free : {"List-Id", "Feedback-ID", "X-Anything", "Precedence", "Auto-Submitted"})
    CHECK_FALSE(is_own_header(free));
}

TEST_CASE("each letter has an envelope sender of its own where the campaign asks for it", "[letter_head]") {
  auto spec = spec_with_head();
  spec.envelope_sender = "b+{campaign}.{letter}.{mac}@x.example";
  const auto made = make_letter_composer({{17}, "secret", "store", {}}, spec, head_columns);
  REQUIRE(made.has_value());
  batch into;
  REQUIRE((*made)->compose(5, recipient_of("A"), noon_of_heads, into).has_value());
  REQUIRE((*made)->compose(6, recipient_of("B"), noon_of_heads, into).has_value());
  CHECK(into.sender_of(into.letters[0]).starts_with("b+c17.5."));
  CHECK(into.sender_of(into.letters[1]).starts_with("b+c17.6."));
  CHECK(into.message_of(into.letters[1]).find("b+c17.5.") == std::string::npos);
  CHECK(into.message_of(into.letters[1]).ends_with("Dear B, \r\n"));
}

TEST_CASE("a letter leaves with the Date of its attempt", "[letter_head]") {
  const auto made = make_letter_composer({{17}, {}, {}, {}}, spec_with_head(), head_columns);
  REQUIRE(made.has_value());
  batch into;
  REQUIRE((*made)->compose(5, recipient_of("A"), noon_of_heads, into).has_value());
  const auto& one = into.letters.front();
  date_fields dates;
  std::string sent;
  into.for_each_piece(one, dated(one, dates.of(noon_of_heads + std::chrono::hours(3)),
                                 [&](std::string_view octets) { sent.append(octets); }));
  CHECK(sent.starts_with("Date: Tue, 01 Dec 2026 15:00:00 +0000\r\nFrom: "));
  CHECK(sent.size() == one.wire_bytes);
  CHECK(sent.substr(date_field_octets) == into.message_of(one).substr(date_field_octets));
}

} // namespace sluice
