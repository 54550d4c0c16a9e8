#include "actors/core/matching_forms.hpp"

#include "actors/core/moderation_patterns.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <array>

namespace sluice {
namespace {

bool is_found(const std::string& pattern, std::string_view text) {
  return !pattern_list(std::array{pattern}).matches_in(text).empty();
}

} // namespace

TEST_CASE("a word is found in whatever letters, marks and pieces it is written") {
  struct example {
    std::string pattern;
    std::string text;
  };
  const auto one = GENERATE(values<example>({
      {"casino", "CASINO"},
      {"casino", "cаsinо"},                               // Cyrillic а and о
      {"casino", "ＣＡＳＩＮＯ"},                         // fullwidth
      {"casino", "𝐜𝐚𝐬𝐢𝐧𝐨 𝒸𝒶𝓈𝒾𝓃ℴ"},                        // mathematical
      {"casino", "ⓒⓐⓢⓘⓝⓞ"},                               // circled
      {"casino", "ca\u00ADsi\u200Bno"},                   // soft hyphen, zero-width space
      {"casino", "c\u200Da\u2060s\uFEFFi\u202Eno"},       // joiners, a direction
      {"casino", "c\u0336a\u0336s\u0336i\u0336n\u0336o"}, // struck through
      {"casino", "cásínö"},                               // marks
      {"casino", "c a s i n o"},                          // split
      {"casino", "win in the c.a.s.i.n.o today"},         //
      {"casino", "c-a_s*i|n·o"},                          //
      {"casino", "ca-si-no and cas.ino"},                 //
      {"casino", "ca si no"},                             //
      {"casino", "cas1n0"},                               // digits
      {"casino", "c@$ino"},                               //
      {"casino", "ϲαsino"},                               // Greek
      {"casino", "СASІNО"},                               // Cyrillic capitals
      {"\\bcasino\\b", "the ｃasіno!"},                   // a boundary, on the folded text
      {"gambling", "gamb1ing"},                           // which may be an l, too
      {"казино", "кaзинo"},                               // Latin a and o
      {"казино", "K A З И H O"},                          // Latin K, A, H, O, split
      {"казино", "ка3ин0"},                               //
      {"казино", "к\u00ADа\u200Bзино"},                   //
      {"займ", "зaйм"},                                   // and й keeps its mark
      {"ещё", "eщё"},                                     //
      {"straße", "STRASSE"},                              //
      {"loan\\s+now", "loan\u2003now"},                   // any blank
  }));
  INFO(one.pattern << " in " << one.text);
  if (one.pattern == "straße")
    CHECK_FALSE(is_found(one.pattern, one.text)); // the pattern stays as it was written
  else
    CHECK(is_found(one.pattern, one.text));
}

TEST_CASE("ordinary words are not taken for what they are not") {
  CHECK_FALSE(is_found("casino", "Jamaica sinology"));
  CHECK_FALSE(is_found("casino", "mica sin on it"));
  CHECK_FALSE(is_found("viagra", "via grand central"));
  CHECK_FALSE(is_found("loan", "lo\nan"));
  CHECK_FALSE(is_found("\\d{6}", "12 34 56 and 7 8"));
  CHECK_FALSE(is_found("казино", "каза и нота"));
}

TEST_CASE("a text is its own first form, and one of plain words has no other") {
  CHECK(matching_forms("Hello dear customer", false) == std::vector<std::string>{"Hello dear customer"});
  const auto forms = matching_forms("Ｈello", false);
  CHECK(forms.front() == "Ｈello");
  CHECK(std::ranges::find(forms, "hello") != forms.end());
  CHECK(matching_forms("", true) == std::vector<std::string>{""});
  CHECK_FALSE(matching_forms("\xff\xfe broken", true).empty());
}

TEST_CASE("URLs are read with their escapes taken back and their hosts as people see them") {
  CHECK(readable_url("https://shop.example/%63asino") == "https://shop.example/casino");
  CHECK(readable_url("https://shop.example/%2563asino") == "https://shop.example/casino");
  CHECK(readable_url("https://xn--80aswg.xn--p1ai/a?b=c") == "https://сайт.рф/a?b=c");
  CHECK(readable_url("https://user@xn--80aswg.xn--p1ai:8443/") == "https://user@сайт.рф:8443/");
  CHECK(readable_url("https://%63asino.example") == "https://casino.example");
  CHECK(readable_url("not a url %") == "not a url %");
  const auto urls =
      urls_in("See https://a.example/x, (http://b.example) or WWW.c.example.\nmailto:d@e.example");
  REQUIRE(urls.size() == 4);
  CHECK(urls[0] == "https://a.example/x,");
  CHECK(urls[1] == "http://b.example");
  CHECK(urls[3] == "mailto:d@e.example");
}

TEST_CASE("a wrapped paragraph is one line, paragraphs stay apart") {
  CHECK(with_joined_lines("casino\r\nbonus\r\n\r\nnext\r\n") == "casino bonus\n\nnext\n");
}

} // namespace sluice
