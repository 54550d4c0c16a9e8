#include "actors/letters/letter_template.hpp"

#include "tests/catch.hpp"

#include <random>

using namespace sluice;

namespace {

const std::vector<std::string> columns{"email", "name", "city"};
const std::vector<std::string_view> values{"ann@example.com", "Ann", ""};

/// What comes out, or what is wrong with the template.
std::string outcome(const std::string& text, template_lines lines) {
  const auto parsed = letter_template::parse("html", text, columns, {value_escaping::html, lines});
  if (!parsed)
    return "fault: " + parsed.error().message;
  std::string rendered;
  return parsed->render(values, rendered) ? rendered : "too large";
}

std::string some_template(std::mt19937& chance) {
  static const std::vector<std::string> parts{"All of our things cost less. ",
                                              "<p class=\"x\">",
                                              "word",
                                              " ",
                                              "  ",
                                              "\t",
                                              "\n",
                                              "\r\n",
                                              "\r",
                                              "{{name}}",
                                              "{{{name}}}",
                                              "{{& name }}",
                                              "{{city}}",
                                              "{{#name}}",
                                              "{{/name}}",
                                              "{{^city}}",
                                              "{{/city}}",
                                              "{{! a note }}",
                                              "{{!a\nlong\nnote about the\nletter}}",
                                              "{",
                                              "}}",
                                              "{{",
                                              "}}}",
                                              "{{{",
                                              "{{.}}",
                                              "{{else}}",
                                              "{{> part}}"};
  std::uniform_int_distribution<std::size_t> part(0, parts.size() - 1);
  std::uniform_int_distribution<int> rare(0, 9);
  std::string text;
  for (auto left = 1 + part(chance); left > 0; --left) {
    const auto& chosen = parts[part(chance)];
    // Most templates are right, or there would be nothing but faults.
    if (chosen.front() != '{' && chosen.front() != '}')
      text += chosen;
    else if (chosen.starts_with("{{#") || chosen.starts_with("{{^"))
      text += chosen + "some words\n" + (chosen == "{{#name}}" ? "{{/name}}" : "{{/city}}");
    else if (chosen.find("}}") > 2 && chosen.size() > 4 && !chosen.starts_with("{{/"))
      text += chosen;
    else if (rare(chance) == 0)
      text += chosen;
  }
  return text;
}

} // namespace

TEST_CASE("what the parser gets in place of a line's text changes nothing") {
  std::mt19937 chance(7);
  std::size_t faults = 0;
  for (auto round = 0; round < 20'000; ++round) {
    const auto text = some_template(chance);
    const auto lines = round % 2 == 0 ? template_lines::crlf : template_lines::as_given;
    // With this character in it a template is parsed as it is.
    auto expected = outcome(text + "\n\x01", lines);
    const auto found = outcome(text + "\nx", lines);
    if (expected.starts_with("fault: "))
      ++faults;
    else
      expected.back() = 'x';
    INFO(text);
    REQUIRE(found == expected);
  }
  CHECK(faults > 100);
  CHECK(faults < 15'000);
}

TEST_CASE("a fault behind long lines is told with its line") {
  const std::string line = "All of our things cost twenty percent less this week.\n";
  CHECK(
      outcome(line + line + "and {{#name}} more", template_lines::crlf).starts_with("fault: html, line 3: "));
  CHECK(outcome(line + line + line + "{{> header}}", template_lines::crlf)
            .starts_with("fault: html, line 4: "));
}
