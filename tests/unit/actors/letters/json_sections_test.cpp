#include "actors/letters/json_sections.hpp"

#include "actors/letters/letter_template.hpp"
#include "messages/json_value.hpp"
#include "tests/catch.hpp"

namespace sluice {
namespace {

const std::vector<std::string> section_columns{"email", "name", "items"};

/// The template for a recipient whose `items` are this JSON; "too much" where it does not come out.
std::string over_items(const std::string& text, std::string_view items, template_style style = {}) {
  const auto parsed = letter_template::parse("text", text, section_columns, style);
  REQUIRE(parsed.has_value());
  const auto value = json_value(items);
  const std::vector<std::string_view> values{"a@b.cc", "Ann", value};
  std::string made;
  return parsed->render(values, made) ? made : "too much";
}

} // namespace

TEST_CASE("a section comes out once for each item of a list, with the item's members as fields") {
  const auto* const items = R"([{"what":"tea","n":2},{"what":"honey","n":1.50}])";
  CHECK(over_items("{{#items}}{{n}} {{what}} for {{name}};{{/items}}", items) ==
        "2 tea for Ann;1.50 honey for Ann;");
  CHECK(over_items("{{#items}}{{#what}}[{{.}}]{{/what}}{{/items}}", items) == "[tea][honey]");
  CHECK(over_items("a\n{{#items}}\n{{what}}\n{{/items}}\nb", items) == "a\ntea\nhoney\nb");
  CHECK(over_items("{{#items}}{{.}},{{/items}}", R"(["x",7,true,null])") == "x,7,true,,");
}

TEST_CASE("lists within lists, objects, and names that are found around") {
  CHECK(over_items("{{#items}}{{a}}:{{#b}}{{c}}{{a}} {{/b}}{{/items}}",
                   R"([{"a":1,"b":[{"c":"x"},{"c":"y","a":2}]}])") == "1:x1 y2 ");
  CHECK(over_items("{{#items}}{{city}}{{/items}}", R"({"city":"Oslo"})") == "Oslo");
  CHECK(over_items("{{#items}}{{#vip}}yes{{/vip}}{{^vip}}no{{/vip}} {{/items}}",
                   R"([{"vip":true},{"vip":false},{"vip":"FALSE"},{"vip":[]},{}])") == "yes no no no no ");
}

TEST_CASE("an empty list is nothing, and neither a list nor an object is a value") {
  CHECK(over_items("{{#items}}x{{/items}}{{^items}}none{{/items}}", "[]") == "none");
  CHECK(over_items("{{#items}}x{{/items}}{{^items}}none{{/items}}", "{}") == "x");
  CHECK(over_items("<{{items}}>{{#items}}<{{.}}>{{/items}}", "[[1]]") == "<><>");
}

TEST_CASE("an item's values are escaped as others are, and a loop within a loop has an end") {
  const template_style html{value_escaping::html, template_lines::as_given};
  CHECK(over_items("{{#items}}{{.}}{{{.}}}{{/items}}", R"(["<b>"])", html) == "&lt;b&gt;<b>");
  std::string many = "[1";
  for (int item = 0; item < 1000; ++item)
    many += ",1";
  CHECK(over_items("{{#items}}{{#items}}{{/items}}{{/items}}", many + "]") == "too much");
}

} // namespace sluice
