#include "actors/core/moderation_patterns.hpp"

#include "tests/catch.hpp"

#include <array>

namespace sluice {
namespace {

/// What a single pattern finds; empty: nothing.
std::string words_found(const std::string& pattern, std::string_view text) {
  const pattern_list list(std::array{pattern});
  REQUIRE(list.faults().empty());
  const auto matches = list.matches_in(text);
  return matches.empty() ? std::string{} : matches.front().words;
}

TEST_CASE("a pattern's classes and folding know every script") {
  struct example {
    std::string pattern;
    std::string text;
    std::string found; ///< empty: nothing
  };
  const auto example_ = GENERATE(values<example>({
      {"КАЗИНО", "лучшее казино", "казино"},
      {"straße", "Hauptstraße", "straße"},
      {"каз\\w+", "КАЗИНО!", "КАЗИНО"},
      {"\\w+@", "имя@пример", "имя@"},
      {"[\\w-]+ru", "сайт-1ru", "сайт-1ru"},
      {"казино\\W", "казиношный", ""},
      {"казино\\W", "казино!", "казино!"},
      {"бонус\\s+сто", "бонус\u00A0сто", "бонус\u00A0сто"},
      {"а\\Sб", "а б а\u2003б аяб", "аяб"},
      {"[[:alpha:]]+1", "слово1", "слово1"},
      {"[^[:space:]]{3}", "аб где", "где"},
      {"\\u043a[\\u0430\\u0431]з", "Каз", "Каз"},
      {"[]а]+", "б]а]", "]а]"},
      {"[^]а]+", "]а]б", "б"},
      {"к.т", "кит", "кит"},
      {"(^|\\W)кот($|\\W)", "скот", ""},
      {"(^|\\W)кот($|\\W)", "белый кот", " кот"},
      {"\\bcat\\b", "concat", ""},
      {"\\bcat\\b", "a Cat.", "Cat"},
      {"^second$", "first\nsecond\nthird", "second"},
      {"first.*second", "first\nsecond", ""},
      {"x*", "abc", ""},
      {"casino&nbsp;bonus", "<b>Casino&nbsp;bonus</b>", "Casino&nbsp;bonus"},
      {"&#8381;\\s*\\d+", "&#8381; 500", "&#8381; 500"},
      {"\\\\w", "a\\w", "\\w"},
  }));
  INFO(example_.pattern << " in " << example_.text);
  CHECK(words_found(example_.pattern, example_.text) == example_.found);
}

TEST_CASE("a pattern is found wherever it stands in a text, and however long what it matches is") {
  const auto far_away = std::string(1'000'000, 'x') + " casino";
  const auto lines = std::string(200'000, '\n') + "<p>casino";
  const auto sentence = "from " + std::string(2'000, 'a') + " to";
  CHECK(words_found("casino", far_away) == "casino");
  CHECK(words_found("casino", lines) == "casino");
  CHECK(words_found("from a+ to", sentence) == sentence);
}

TEST_CASE("no pattern explodes: the time is linear in the text") {
  const std::string text(1'000'000, 'a');
  for (const std::string pattern : {"(a+)+b", "(x|y)*z", "(a|aa)+$b", "(a*)*[^a]"}) {
    INFO(pattern);
    CHECK(words_found(pattern, text).empty());
  }
  CHECK(words_found("^(([a-z])+.)+[A-Z]([a-z])+$", text) == text);
}

TEST_CASE("of several patterns each is found that is there, also where another matches nothing at all") {
  const std::array<std::string, 4> patterns{"x*", "casino", "(", "loan"};
  const pattern_list list(patterns);
  CHECK(list.faults().size() == 1);
  const auto matches = list.matches_in("a L0AN from the casino");
  REQUIRE(matches.size() == 2);
  CHECK(list.text_of(matches[0].pattern) == "casino");
  CHECK(list.text_of(matches[1].pattern) == "loan");
  CHECK(matches[1].words == "loan");
}

TEST_CASE("a word boundary beside letters that it does not know is refused, with what to say instead") {
  for (const std::string pattern : {"\\bказино", "каз\\B", "\\b\\u0430"}) {
    const auto checked = check_pattern_syntax(pattern);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().message.find("(^|\\W)") != std::string::npos);
  }
}

} // namespace
} // namespace sluice
