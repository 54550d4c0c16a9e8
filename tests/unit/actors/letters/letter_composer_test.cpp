#include "actors/letters/letter_composer.hpp"

#include "messages/message_id.hpp"

#include "actors/letters/letter_template.hpp"
#include "tests/catch.hpp"

#include <gmime/gmime.h>
#include <rapidcheck.h>

#include <algorithm>
#include <memory>

namespace sluice {
namespace {

const timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} + std::chrono::hours{12}};
const std::vector<std::string> columns{"email", "name", "city"};

campaign_spec a_spec() {
  campaign_spec spec;
  spec.name = "autumn";
  spec.from = "Shop <news@shop.example>";
  spec.subject = "Hello {{name}}";
  spec.text = "Dear {{name}},\nhow is {{city}}?\n";
  return spec;
}

recipient to_whom(std::string name, std::string city = {}, std::string email = "ann@example.org") {
  recipient to{std::move(email), {}};
  if (!name.empty())
    to.fields.push_back({1, std::move(name)});
  if (!city.empty())
    to.fields.push_back({2, std::move(city)});
  return to;
}

std::unique_ptr<letter_composer> composer_for(const campaign_spec& spec) {
  auto made = make_letter_composer({{17}, {}, {}}, spec, columns);
  INFO((made ? std::string{} : made.error().message));
  REQUIRE(made.has_value());
  return std::move(*made);
}

std::string composed(const campaign_spec& spec, const recipient& to) {
  batch into;
  const auto done = composer_for(spec)->compose(0, to, noon, into);
  INFO((done ? std::string{} : done.error().message));
  REQUIRE(done.has_value());
  return into.message_of(into.letters.front());
}

std::string why_not(const campaign_spec& spec, const recipient& to) {
  batch into;
  const auto done = composer_for(spec)->compose(0, to, noon, into);
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == error_code::template_failed);
  CHECK(into.text.empty());
  CHECK(into.letters.empty());
  return done.error().message;
}

/// A letter as GMime, which shares nothing with our headers, reads it.
class parsed_letter {
public:
  explicit parsed_letter(const std::string& text) {
    static const bool is_ready = (g_mime_init(), true);
    static_cast<void>(is_ready);
    GMimeStream* stream = g_mime_stream_mem_new_with_buffer(text.data(), text.size());
    GMimeParser* parser = g_mime_parser_new_with_stream(stream);
    message_.reset(g_mime_parser_construct_message(parser, nullptr));
    g_object_unref(parser);
    g_object_unref(stream);
    REQUIRE(message_);
  }

  std::string subject() const { return g_mime_message_get_subject(message_.get()); }
  std::string header(const char* name) const {
    const std::string_view wanted{name};
    auto* where = wanted.starts_with("Content-") ? g_mime_message_get_mime_part(message_.get()) : as_object();
    const char* value = g_mime_object_get_header(where, name);
    return value ? value : "(none)";
  }
  int headers() const { return g_mime_header_list_get_count(g_mime_object_get_header_list(as_object())); }
  std::string from_name() const {
    return internet_address_get_name(
        internet_address_list_get_address(g_mime_message_get_from(message_.get()), 0));
  }
  /// The n-th body; the only one when there is no multipart.
  std::string body(int number = 0) const {
    GMimeObject* part = g_mime_message_get_mime_part(message_.get());
    if (GMIME_IS_MULTIPART(part))
      part = g_mime_multipart_get_part(reinterpret_cast<GMimeMultipart*>(part), number);
    GMimeDataWrapper* content = g_mime_part_get_content(reinterpret_cast<GMimePart*>(part));
    GMimeStream* stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, stream);
    const GByteArray* bytes = g_mime_stream_mem_get_byte_array(reinterpret_cast<GMimeStreamMem*>(stream));
    std::string text(reinterpret_cast<const char*>(bytes->data), bytes->len);
    g_object_unref(stream);
    std::erase(text, '\r');
    if (text.ends_with('\n')) // the last line end belongs to the boundary in a multipart
      text.pop_back();
    return text;
  }
  int parts() const {
    GMimeObject* part = g_mime_message_get_mime_part(message_.get());
    return GMIME_IS_MULTIPART(part) ? g_mime_multipart_get_count(reinterpret_cast<GMimeMultipart*>(part)) : 1;
  }

private:
  GMimeObject* as_object() const { return reinterpret_cast<GMimeObject*>(message_.get()); }
  struct unref {
    void operator()(GMimeMessage* message) const { g_object_unref(message); }
  };
  std::unique_ptr<GMimeMessage, unref> message_;
};

/// What every letter must be on the wire; empty: it is.
std::string fault_on_the_wire(std::string_view text) {
  if (!text.ends_with("\r\n"))
    return "does not end in CRLF";
  std::size_t line = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (static_cast<unsigned char>(text[at]) >= 0x80)
      return "has a byte over 127";
    if (text[at] == '\n')
      return "has a bare LF";
    if (text[at] != '\r') {
      if (++line > 998)
        return "has a line over 998 octets";
      continue;
    }
    if (text.substr(at, 2) != "\r\n")
      return "has a bare CR";
    ++at;
    line = 0;
  }
  return {};
}

std::size_t header_lines(std::string_view text, std::size_t length_max) {
  std::size_t over = 0;
  for (auto rest = text.substr(0, text.find("\r\n\r\n") + 2); !rest.empty();) {
    const auto end = rest.find("\r\n");
    over += end > length_max ? 1U : 0U;
    rest.remove_prefix(end + 2);
  }
  return over;
}

} // namespace

TEST_CASE("a letter has the headers and the body that its recipient should see") {
  const auto text = composed(a_spec(), to_whom("Ann", "Oslo"));
  CHECK(text == "Date: Tue, 01 Dec 2026 12:00:00 +0000\r\n"
                "From: Shop <news@shop.example>\r\n"
                "To: ann@example.org\r\n"
                "Subject: Hello Ann\r\n"
                "Message-ID: " +
                    message_id({17}, "shop.example", {}, "ann@example.org") +
                    "\r\n"
                    "MIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\n"
                    "Content-Transfer-Encoding: 7bit\r\n"
                    "\r\n"
                    "Dear Ann,\r\n"
                    "how is Oslo?\r\n");
}

TEST_CASE("letters of a batch stand one after the other, each with its recipient and its own values") {
  const auto composer = composer_for(a_spec());
  batch into;
  REQUIRE(composer->compose(4, to_whom("Ann", "Oslo"), noon, into).has_value());
  REQUIRE(composer->compose(7, to_whom("Bo", "", "bo@example.org"), noon, into).has_value());
  REQUIRE(into.letters.size() == 2);
  CHECK(into.letters[0].index == 4);
  CHECK(into.letters[1].index == 7);
  CHECK(into.recipient_of(into.letters[0]) == "ann@example.org");
  CHECK(into.recipient_of(into.letters[1]) == "bo@example.org");
  CHECK(into.message_of(into.letters[1]).ends_with("Dear Bo,\r\nhow is ?\r\n"));
  for (const auto& one : into.letters)
    CHECK("<" + std::string{into.message_id_of(one)} + "@shop.example>" ==
          message_id({17}, "shop.example", {}, into.recipient_of(one)));
  CHECK_FALSE(into.letters[0].has_8bit);
  CHECK_FALSE(into.letters[0].needs_smtputf8);
}

TEST_CASE("the Message-ID is a function of campaign and recipient") {
  const auto id = message_id({17}, "shop.example", {}, "ann@example.org");
  CHECK(id == message_id({17}, "shop.example", {}, "ann@example.org"));
  CHECK(id != message_id({18}, "shop.example", {}, "ann@example.org"));
  CHECK(id != message_id({17}, "shop.example", {}, "bob@example.org"));
  CHECK(id.starts_with("<c17."));
  CHECK(id.ends_with("@shop.example>"));
}

TEST_CASE("two bodies become multipart/alternative with the text first") {
  auto spec = a_spec();
  spec.html = "<p>{{name}}</p>";
  const parsed_letter letter(composed(spec, to_whom("Ann")));
  CHECK(letter.header("Content-Type").starts_with("multipart/alternative"));
  REQUIRE(letter.parts() == 2);
  CHECK(letter.body(0) == "Dear Ann,\nhow is ?");
  CHECK(letter.body(1) == "<p>Ann</p>");
}

TEST_CASE("any language arrives as it was written") {
  const std::string words = GENERATE(
      "Здравствуйте, Анна Сергеевна! Ваш заказ №42 уже ждёт вас в магазине «Ромашка» на Невском",
      "こんにちは世界、これは長い件名のテストです。もっと長くしないといけません。七十五オクテットを超える",
      "🎉🎉🎉 party 👩‍👩‍👧‍👦 at five", "Ça coûte 5 € à Zürich", "שלום עולם",
      "=?utf-8?Q?not_a_word?= stays as it is", "tab\tin it");
  auto spec = a_spec();
  spec.from = "\"" + words.substr(0, words.find(' ')) + "\" <news@shop.example>";
  if (words.starts_with("tab"))
    spec.from = "tab <news@shop.example>";
  spec.subject = "{{name}}";
  spec.html = "<p>{{name}}</p>";
  spec.text = words + "\n{{name}}";
  const auto text = composed(spec, to_whom(words));
  CHECK(fault_on_the_wire(text) == "");
  CHECK(header_lines(text, 78) == 0);
  const parsed_letter letter(text);
  auto subject = words;
  std::ranges::replace(subject, '\t', ' ');
  CHECK(letter.subject() == subject);
  CHECK(letter.body(0) == words + "\n" + words);
  CHECK(letter.body(1) == "<p>" + words + "</p>");
}

TEST_CASE("an encoded word has at most 75 octets, its line 76") {
  auto spec = a_spec();
  spec.subject = "{{name}}";
  std::string name;
  for (int i = 0; i < 60; ++i)
    name += i % 7 == 0 ? "日" : i % 3 == 0 ? "é" : "x";
  const auto text = composed(spec, to_whom(name));
  const auto subject = text.substr(text.find("Subject: "));
  for (auto at = subject.find("=?utf-8"); at != std::string::npos; at = subject.find("=?utf-8", at + 1))
    CHECK(subject.find("?=", at + 10) + 2 - at <= 75);
  CHECK(header_lines(text, 76) == 0);
  CHECK(parsed_letter(text).subject() == name);
}

TEST_CASE("a value can never add a header, nor end the headers") {
  const std::string attack = GENERATE("x\r\nBcc: all@example.org", "x\nBcc: all@example.org",
                                      "x\rBcc: a@b.cc", "x\r\n\r\nbody", "\r\n\r\n",
                                      "x\xE2\x80\xA8"
                                      "Bcc: a@b.cc",
                                      "x\x0b\x0c\x1f", "=?utf-8?Q?x=0D=0ABcc:_a@b.cc?=");
  auto spec = a_spec();
  spec.unsubscribe_url = "https://shop.example/{{{name}}}";
  spec.reply_to = "help@shop.example";
  const auto plain = parsed_letter(composed(spec, to_whom("Ann"))).headers();
  const auto text = composed(spec, to_whom(attack));
  CHECK(fault_on_the_wire(text) == "");
  CHECK(text.find("\r\nBcc") > text.find("\r\n\r\n"));
  const parsed_letter letter(text);
  CHECK(letter.headers() == plain);
  CHECK(letter.header("Bcc") == "(none)");
  CHECK(letter.subject().find('\n') == std::string::npos);
}

TEST_CASE("a recipient whose address cannot stand in a header is refused a letter") {
  for (const std::string email : {"", "a@b.cc\r\nBcc: x@y.zz", "a b@c.dd", "a>@c.dd"})
    CHECK(why_not(a_spec(), to_whom("Ann", "", email)).find("address") != std::string::npos);
}

TEST_CASE("a field that is not there renders as nothing, and its section is left out") {
  auto spec = a_spec();
  spec.text =
      "[{{name}}][{{nowhere}}]{{#name}}yes {{.}}{{/name}}{{^name}}no{{/name}}{{#nowhere}}!{{/nowhere}}";
  CHECK(parsed_letter(composed(spec, to_whom(""))).body() == "[][]no");
  CHECK(parsed_letter(composed(spec, to_whom("false"))).body() == "[false][]no");
  CHECK(parsed_letter(composed(spec, to_whom("FALSE"))).body() == "[FALSE][]no");
  CHECK(parsed_letter(composed(spec, to_whom("Ann"))).body() == "[Ann][]yes Ann");
  CHECK(parsed_letter(composed(spec, to_whom("0"))).body() == "[0][]yes 0");
}

TEST_CASE("sections nest, and a line of nothing but their tags leaves no line behind") {
  auto spec = a_spec();
  spec.text = "a\n{{#name}}\n  b {{name}}\n  {{#city}}\n  c {{city}} {{.}}\n  {{/city}}\n{{/name}}\n{{! a "
              "remark }}\nd\n";
  CHECK(parsed_letter(composed(spec, to_whom("Ann", "Oslo"))).body() == "a\n  b Ann\n  c Oslo Oslo\nd");
  CHECK(parsed_letter(composed(spec, to_whom("Ann"))).body() == "a\n  b Ann\nd");
  CHECK(parsed_letter(composed(spec, to_whom("", "Oslo"))).body() == "a\nd");
}

TEST_CASE("values are escaped in html, not in subject and text, and not under three braces or &") {
  auto spec = a_spec();
  spec.subject = spec.text = "{{name}}";
  spec.html = "{{name}}|{{{name}}}|{{&name}}";
  const parsed_letter letter(composed(spec, to_whom("<b>\"A\" & 'B'</b>")));
  CHECK(letter.subject() == "<b>\"A\" & 'B'</b>");
  CHECK(letter.body(0) == "<b>\"A\" & 'B'</b>");
  CHECK(letter.body(1) ==
        "&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;|<b>\"A\" & 'B'</b>|<b>\"A\" & 'B'</b>");
}

TEST_CASE(
    "unsubscribe_url becomes List-Unsubscribe, with one click for https only, and a field of the bodies") {
  auto spec = a_spec();
  spec.unsubscribe_url = "https://shop.example/u?e={{email}}&n={{name}}";
  spec.text = "{{unsubscribe_url}}";
  spec.html = "<a href=\"{{unsubscribe_url}}\">";
  const parsed_letter letter(composed(spec, to_whom("Ann & Bo/ж~")));
  const std::string url = "https://shop.example/u?e=ann%40example.org&n=Ann%20%26%20Bo%2F%D0%B6~";
  CHECK(letter.header("List-Unsubscribe") == "<" + url + ">");
  CHECK(letter.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click");
  CHECK(letter.body(0) == url);
  CHECK(letter.body(1).find("ann%40example.org&amp;n=") != std::string::npos);

  spec.unsubscribe_url = "mailto:off@shop.example?subject={{email}}";
  const parsed_letter other(composed(spec, to_whom("Ann")));
  CHECK(other.header("List-Unsubscribe") == "<mailto:off@shop.example?subject=ann%40example.org>");
  CHECK(other.header("List-Unsubscribe-Post") == "(none)");

  spec.unsubscribe_url = "";
  CHECK(parsed_letter(composed(spec, to_whom("Ann"))).header("List-Unsubscribe") == "(none)");
}

TEST_CASE("an unsubscribe_url that comes out wrong or too long skips the recipient with the reason") {
  auto spec = a_spec();
  spec.unsubscribe_url = "{{{name}}}";
  CHECK(why_not(spec, to_whom("javascript:alert(1)")).find("unsubscribe_url") != std::string::npos);
  CHECK(why_not(spec, to_whom("")).find("unsubscribe_url") != std::string::npos);
  CHECK(why_not(spec, to_whom("https://a.example/" + std::string(1000, 'x'))).find("998") !=
        std::string::npos);
  CHECK(parsed_letter(composed(spec, to_whom("https://a.example/x"))).header("List-Unsubscribe") ==
        "<https://a.example/x>");
}

TEST_CASE("international domains leave with A-labels, and need no SMTPUTF8") {
  auto spec = a_spec();
  spec.from = "Магазин <news@Пример.рф>";
  spec.reply_to = "help@пример.рф";
  spec.unsubscribe_url = "https://магазин.рф:8443/u?а";
  batch into;
  REQUIRE(composer_for(spec)->compose(0, to_whom("Ann", "", "ada@bücher.example"), noon, into).has_value());
  CHECK_FALSE(into.letters[0].needs_smtputf8);
  CHECK_FALSE(into.letters[0].has_8bit);
  CHECK(into.recipient_of(into.letters[0]) == "ada@xn--bcher-kva.example");
  const auto text = into.message_of(into.letters[0]);
  CHECK(std::ranges::none_of(text, [](char one) { return static_cast<unsigned char>(one) >= 0x80; }));
  const parsed_letter letter(text);
  CHECK(letter.header("To") == "ada@xn--bcher-kva.example");
  CHECK(letter.header("From").ends_with("<news@xn--e1afmkfd.xn--p1ai>"));
  CHECK(letter.header("Reply-To") == "help@xn--e1afmkfd.xn--p1ai");
  CHECK(letter.header("Message-ID").ends_with("@xn--e1afmkfd.xn--p1ai>"));
  CHECK(letter.header("List-Unsubscribe") == "<https://xn--80aairftm.xn--p1ai:8443/u?%D0%B0>");
  spec.unsubscribe_url = "mailto:stop@Пример.рф?subject=a@b";
  CHECK(parsed_letter(composed(spec, to_whom("Ann"))).header("List-Unsubscribe") ==
        "<mailto:stop@xn--e1afmkfd.xn--p1ai?subject=a@b>");
}

TEST_CASE("a local part beyond ASCII asks for SMTPUTF8 and stands in its header as it is") {
  const auto composer = composer_for(a_spec());
  batch into;
  REQUIRE(composer->compose(0, to_whom("Ann", "", "анна@пример.рф"), noon, into).has_value());
  CHECK(into.letters[0].needs_smtputf8);
  CHECK(into.letters[0].has_8bit);
  CHECK(into.text.find("\r\nTo: анна@xn--e1afmkfd.xn--p1ai\r\n") != std::string::npos);
  auto spec = a_spec();
  spec.from = "Магазин <новости@пример.рф>";
  batch of_other;
  REQUIRE(composer_for(spec)->compose(1, to_whom("Ann"), noon, of_other).has_value());
  CHECK(of_other.letters[0].needs_smtputf8);
}

TEST_CASE("line ends come out as CRLF whatever template and values had") {
  auto spec = a_spec();
  spec.text = "a\rb\nc\r\nd {{name}}\r\r\n";
  const auto text = composed(spec, to_whom("1\r2\n3\r\n4"));
  CHECK(text.ends_with("\r\n\r\na\r\nb\r\nc\r\nd 1\r\n2\r\n3\r\n4\r\n\r\n"));
}

TEST_CASE("a long line, a NUL or a control character is encoded, the shorter way") {
  auto spec = a_spec();
  spec.text = "{{name}}";
  for (const auto& value : {std::string(3000, 'x'), std::string("words\0words", 11),
                            std::string("some words \x01 and more \x7f")}) {
    const auto text = composed(spec, to_whom(value));
    CHECK(fault_on_the_wire(text) == "");
    CHECK(parsed_letter(text).header("Content-Transfer-Encoding") == "quoted-printable");
    CHECK(parsed_letter(text).body() == value);
  }
  const auto text = composed(spec, to_whom(std::string(999, 'x')));
  CHECK(parsed_letter(text).header("Content-Transfer-Encoding") == "quoted-printable");
  CHECK(parsed_letter(composed(spec, to_whom(std::string(998, 'x')))).header("Content-Transfer-Encoding") ==
        "7bit");
  CHECK(parsed_letter(composed(spec, to_whom("жжжжжжжж"))).header("Content-Transfer-Encoding") == "base64");
}

TEST_CASE("a body that holds the letter's boundary does not end its part") {
  auto spec = a_spec();
  spec.text = "{{name}}";
  spec.html = "<p>";
  const auto once = composed(spec, to_whom("x"));
  const auto begin = once.find("boundary=\"") + 10;
  const auto boundary = once.substr(begin, once.find('"', begin) - begin);
  const auto value = "--" + boundary + "--\n--" + boundary + "_";
  const parsed_letter letter(composed(spec, to_whom(value)));
  REQUIRE(letter.parts() == 2);
  CHECK(letter.body(0) == value);
}

TEST_CASE("a letter over 2 MiB is refused to its recipient alone") {
  auto spec = a_spec();
  spec.text.clear();
  for (int i = 0; i < 40; ++i)
    spec.text += "{{name}}";
  CHECK(why_not(spec, to_whom(std::string(60'000, 'x'))).find("2 MiB") != std::string::npos);
  CHECK_FALSE(composed(spec, to_whom("Ann")).empty());
}

TEST_CASE("a template that is none is refused with its place and what is wrong") {
  const auto fault = [](std::string text) {
    auto spec = a_spec();
    spec.html = std::move(text);
    auto made = make_letter_composer({{17}, {}, {}}, spec, columns);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().code == error_code::template_failed);
    return made.error().message;
  };
  CHECK(fault("<p>\n{{name").starts_with("html, line 2: "));
  CHECK(fault("{{") != "");
  CHECK(fault("{{{") != "");
  CHECK(fault("{{#name}}") != "");
  CHECK(fault("{{/name}}") != "");
  CHECK(fault("{{#name}}{{/city}}") != "");
  CHECK(fault("{{}}") != "");
  CHECK(fault("{{> header}}").find("partial") != std::string::npos);
  CHECK(fault("{{#name}}\n{{> header}}{{/name}}").starts_with("html, line 2: "));
  CHECK(fault("{{#if name}}x{{/if name}}").find("Handlebars") != std::string::npos);
  CHECK(fault("{{=<% %}}") != "");
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += "{{#name}}";
  CHECK(fault(deep).find("32") != std::string::npos);
  std::string deeper = "{{=<% %>=}}";
  for (int i = 0; i < 100'000; ++i)
    deeper += "<%#name%>";
  CHECK(fault(deeper).find("32") != std::string::npos);
}

TEST_CASE("other delimiters work") {
  auto spec = a_spec();
  spec.text = "{{=<% %>=}}<%name%> {{name}}<%={{ }}=%> {{name}}";
  CHECK(parsed_letter(composed(spec, to_whom("Ann"))).body() == "Ann {{name}} Ann");
}

TEST_CASE("a sender that cannot be read is invalid input") {
  auto spec = a_spec();
  spec.from = "nobody";
  CHECK(make_letter_composer({{17}, {}, {}}, spec, columns).error().code == error_code::invalid_input);
  spec = a_spec();
  spec.reply_to = "nobody";
  CHECK(make_letter_composer({{17}, {}, {}}, spec, columns).error().code == error_code::invalid_input);
}

namespace {

std::string any_text() {
  const auto points = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::oneOf(
      rc::gen::inRange<std::uint32_t>(0, 0x80), rc::gen::element<std::uint32_t>('\r', '\n', ' ', '='),
      rc::gen::inRange<std::uint32_t>(0x80, 0xD800), rc::gen::inRange<std::uint32_t>(0xE000, 0x110000)));
  const auto times = *rc::gen::element(1, 1, 1, 40);
  std::string once;
  const auto add = [&once](std::uint32_t byte) { once.push_back(static_cast<char>(byte)); };
  for (const auto point : points)
    if (point < 0x80) {
      add(point);
    } else if (point < 0x800) {
      add(0xC0 | point >> 6U);
      add(0x80 | (point & 0x3FU));
    } else if (point < 0x10000) {
      add(0xE0 | point >> 12U);
      add(0x80 | (point >> 6U & 0x3FU));
      add(0x80 | (point & 0x3FU));
    } else {
      add(0xF0 | point >> 18U);
      add(0x80 | (point >> 12U & 0x3FU));
      add(0x80 | (point >> 6U & 0x3FU));
      add(0x80 | (point & 0x3FU));
    }
  std::string text;
  for (int i = 0; i < times; ++i)
    text += once;
  return text;
}

} // namespace

TEST_CASE("whatever the values, a letter keeps its headers, its line ends and its line length") {
  auto spec = a_spec();
  spec.subject = "{{name}}, {{city}}";
  spec.html = "<p title='{{name}}'>{{{city}}}</p>";
  spec.unsubscribe_url = "https://shop.example/{{name}}";
  const auto composer = composer_for(spec);
  const auto headers = parsed_letter(composed(spec, to_whom("Ann", "Oslo"))).headers();
  CHECK(rc::check([&] {
    const auto to = to_whom(any_text(), any_text());
    batch into;
    const auto done = composer->compose(0, to, noon, into);
    if (!done) { // the one lawful reason here
      RC_ASSERT(done.error().message.find("unsubscribe_url comes out too long") != std::string::npos);
      return;
    }
    const auto text = into.message_of(into.letters.front());
    RC_ASSERT(fault_on_the_wire(text) == "");
    const parsed_letter letter(text);
    RC_ASSERT(letter.headers() == headers);
    RC_ASSERT(letter.parts() == 2);
  }));
}

} // namespace sluice
