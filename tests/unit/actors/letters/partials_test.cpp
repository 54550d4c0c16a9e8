// Pieces that many campaigns have in common, put into a template.

#include "actors/letters/partials.hpp"
#include "tests/catch.hpp"

using namespace sluice;

namespace {

std::string put_in(std::string_view text, const std::vector<partial>& partials) {
  const auto whole = with_partials("html", text, partials);
  INFO((whole ? "" : whole.error().message));
  REQUIRE(whole);
  return *whole;
}

std::string fault_of(std::string_view text, const std::vector<partial>& partials) {
  const auto whole = with_partials("html", text, partials);
  REQUIRE_FALSE(whole);
  CHECK(whole.error().code == error_code::template_failed);
  return whole.error().notice.code;
}

} // namespace

TEST_CASE("a partial stands where it is named") {
  CHECK(put_in("a {{>x}} {{> y }}b", {{"x", 1, "X {{name}}"}, {"y", 1, "Y"}}) == "a X {{name}} Yb");
  CHECK(put_in("no {{tag}}", {}) == "no {{tag}}");
  CHECK(put_in("no {{tag", {}) == "no {{tag");
  CHECK(put_in("{{>x}}", {{"x", 1, "{{>y}}!"}, {"y", 1, "Y"}}) == "Y!");
}

TEST_CASE("a partial alone on its line takes the line's place, indented as it was (Mustache's "
          "partials~standalone)") {
  CHECK(put_in("|\r\n{{>p}}\r\n|", {{"p", 1, ">"}}) == "|\r\n>|");
  CHECK(put_in("  {{>p}}\n>", {{"p", 1, ">\n>"}}) == "  >\n  >>");
  CHECK(put_in(">\n  {{>p}}", {{"p", 1, ">\n>"}}) == ">\n  >\n  >");
  CHECK(put_in("\\\n {{>p}}\n/\n", {{"p", 1, "|\n{{{content}}}\n|\n"}}) == "\\\n |\n {{{content}}}\n |\n/\n");
  CHECK(put_in("  {{x}}  {{> p}}\n", {{"p", 1, ">\n>"}}) == "  {{x}}  >\n>\n");
}

TEST_CASE("delimiters that are set hold on their side of a partial only") {
  CHECK(put_in("{{=| |=}}\n|>p|.|x|", {{"p", 1, "{{a}}"}}) == "{{=| |=}}\n|={{ }}=|{{a}}{{=| |=}}.|x|");
  CHECK(put_in("{{>p}}{{x}}", {{"p", 1, "{{=| |=}}|a|"}}) == "{{=| |=}}|a||={{ }}=|{{x}}");
}

TEST_CASE("partials that are not there, stand in themselves or are too deep are told") {
  CHECK(fault_of("{{>x}}", {}) == "partial_missing");
  CHECK(fault_of("{{>x}}", {{"x", 1, "{{>y}}"}, {"y", 1, "{{>x}}"}}) == "partial_in_itself");
  std::vector<partial> deep;
  for (int at = 0; at < 10; ++at)
    deep.push_back({"p" + std::to_string(at), 1, "{{>p" + std::to_string(at + 1) + "}}"});
  deep.push_back({"p10", 1, "end"});
  CHECK(fault_of("{{>p0}}", deep) == "partials_too_deep");
  CHECK(put_in("{{>p3}}", deep) == "end");
  std::vector<partial> many;
  for (int at = 0; at < 8; ++at) {
    std::string ten;
    for (int copy = 0; copy < 10; ++copy)
      ten += "{{>p" + std::to_string(at + 1) + "}}";
    many.push_back({"p" + std::to_string(at), 1, ten});
  }
  many.push_back({"p8", 1, "x"});
  CHECK(fault_of("{{>p1}}", many) == "template_too_large");
}

TEST_CASE("a campaign takes all the partials that it needs, once each") {
  campaign_spec spec;
  spec.text = "{{>b}}{{>a}}";
  spec.html = "{{> b}}";
  const auto found = partials_of(spec, [](std::string_view name) -> result<partial> {
    return partial{std::string{name}, 3, name == "a" ? "{{>c}}" : "x"};
  });
  REQUIRE(found);
  REQUIRE(found->size() == 3);
  CHECK((*found)[0].name == "a");
  CHECK((*found)[2].name == "c");
  CHECK((*found)[2].version == 3);
  CHECK_FALSE(partials_of(
      spec, [](std::string_view) -> result<partial> { return failure(error_code::not_found, "no"); }));
}

TEST_CASE("a partial is a whole piece of template by itself") {
  CHECK(check_partial("{{#a}}x{{/a}}{{>b}}"));
  CHECK_FALSE(check_partial("{{#a}}x"));
  CHECK_FALSE(check_partial("{{a"));
}
