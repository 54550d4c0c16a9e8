#include "actors/letters/letter_check.hpp"

#include "actors/letters/letter_template.hpp"
#include "actors/letters/preheader.hpp"
#include "tests/catch.hpp"

#include <algorithm>

namespace sluice {
namespace {

campaign_spec spec_to_check() {
  campaign_spec spec;
  spec.name = "autumn";
  spec.from = "Shop <news@shop.example>";
  spec.subject = "Hello";
  spec.text = "Hello";
  return spec;
}

std::vector<std::string> codes_of(const std::vector<notice>& all) {
  std::vector<std::string> codes;
  for (const auto& one : all)
    codes.push_back(one.code);
  return codes;
}

std::string rendered_with(const std::string& text, std::string_view name) {
  const std::vector<std::string> known{"email", "name"};
  const auto parsed = letter_template::parse("text", text, known, {});
  if (!parsed)
    return parsed.error().message;
  const std::vector<std::string_view> row{"ann@example.org", name};
  std::string to;
  parsed->render(row, to);
  return to;
}

} // namespace

TEST_CASE("a tag that no column has is named with the column that was meant", "[letter_check]") {
  auto spec = spec_to_check();
  spec.subject = "{{name}}, hello";
  spec.text = "{{first name}} {{Имя}} {{zzz}} {{unsubscribe_url}} {{email}}";
  spec.html = "{{#vip}}yes{{/vip}}";
  const std::vector<std::string> known{"email", "NAME", "First_Name", "имя"};
  CHECK(unknown_tags(spec, known) == std::vector<unknown_tag>{{"subject", "name", "NAME"},
                                                              {"text", "first name", "First_Name"},
                                                              {"text", "Имя", "имя"},
                                                              {"text", "zzz", ""},
                                                              {"html", "vip", ""}});
  spec.from = "{{shop}} <news@shop.example>";
  spec.headers = {{"X-A", "{{nmae}}"}};
  const auto more = unknown_tags(spec, known);
  CHECK(std::ranges::find(more, unknown_tag{"from", "shop", ""}) != more.end());
  CHECK(std::ranges::find(more, unknown_tag{"headers.X-A", "nmae", "NAME"}) != more.end());
}

TEST_CASE("blanks that nobody sees do not make another tag", "[letter_template]") {
  CHECK(rendered_with("Hi {{\xC2\xA0name\xC2\xA0}}!", "Ann") == "Hi Ann!");
  CHECK(rendered_with("Hi {{&nbsp;name&nbsp;}}!", "Ann") == "Hi Ann!");
  CHECK(rendered_with("Hi {{na\xE2\x80\x8Bme}}!", "Ann") == "Hi Ann!");
  CHECK(rendered_with("a\xC2\xA0"
                      "b {{#\xEF\xBB\xBFname}}x{{/name\xC2\xA0}}",
                      "Ann") == "a\xC2\xA0"
                                "b x");
}

TEST_CASE("words behind a bar stand where there is no value", "[letter_template]") {
  CHECK(rendered_with("Hi {{name|friend}}!", "Ann") == "Hi Ann!");
  CHECK(rendered_with("Hi {{ name | dear friend }}!", "") == "Hi dear friend!");
  CHECK(rendered_with("Hi {{{name|friend}}}, {{name|you}}.", "") == "Hi friend, you.");
  CHECK(rendered_with("{{#name}}[{{name|x}}]{{/name}}{{^name}}none{{/name}}", "Ann") == "[Ann]");
  CHECK(rendered_with("{{name|}}.", "") == ".");
}

TEST_CASE("a column that a template shows whatever it holds is unguarded", "[letter_check]") {
  auto spec = spec_to_check();
  const std::vector<std::string> known{"email", "name", "city", "code"};
  spec.text = "{{name|friend}} {{#city}}in {{city}}{{/city}} {{code}}";
  CHECK(unguarded_columns(spec, known) == std::vector<std::uint32_t>{3});
  spec.text = "{{^city}}{{name}}{{/city}}";
  CHECK(unguarded_columns(spec, known) == std::vector<std::uint32_t>{1});
}

TEST_CASE("what mailboxes take badly is warned of", "[letter_check]") {
  auto spec = spec_to_check();
  CHECK(content_warnings(spec).empty());
  spec.text.clear();
  spec.html = "<p>Hello</p>";
  CHECK(codes_of(content_warnings(spec)) == std::vector<std::string>{"html_without_text"});
  spec.text_from_html = true;
  CHECK(content_warnings(spec).empty());
  spec.html.assign(103 * 1024, 'x');
  spec.subject.assign(151, 'x');
  spec.from = "\"security@bank.example\" <news@shop.example>";
  CHECK(codes_of(content_warnings(spec)) ==
        std::vector<std::string>{"html_is_large", "subject_is_long", "sender_name_is_address"});
  spec = spec_to_check();
  spec.text = "Cheap watches and other things that nobody ever asked for are here today";
  spec.html = "<p>Our newsletter about gardening, bulbs and early spring flowers in the north</p>";
  CHECK(codes_of(content_warnings(spec)) == std::vector<std::string>{"text_and_html_differ"});
  CHECK_FALSE(looks_like_other_address("News@Shop.example", "news@shop.example"));
}

TEST_CASE("a preheader stands first in the body and has no markup", "[letter_check]") {
  const auto with = with_preheader("<html><BODY class=\"a\"><p>Hi</p></BODY></html>", "10% < 20% {{name}}");
  CHECK(with.starts_with("<html><BODY class=\"a\"><div style=\"display:none"));
  CHECK(with.find(">10% &lt; 20% {{name}}</div><p>Hi</p>") != std::string::npos);
  CHECK(with_preheader("<p>Hi</p>", "x").starts_with("<div style="));
  CHECK(with_preheader("", "x").empty());
}

} // namespace sluice
