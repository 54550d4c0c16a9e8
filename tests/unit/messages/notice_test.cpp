// A notice: a code and parameters, and the sentence that is made of them.
#include "messages/notice.hpp"

#include "messages/notice_json.hpp"
#include "messages/notice_words.hpp"
#include "messages/time.hpp"
#include "tests/catch.hpp"
#include "tests/unit/messages/random_events.hpp"

#include <nlohmann/json.hpp>

#include <set>

using namespace sluice;
using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("a notice is one flat map, and is read back as it was written") {
  const notice said{"domain_is_new", {{"number", 1}, {"domain", "shop.example"}, {"first", 3U}}};
  CHECK(to_json(said) ==
        json::parse(R"({"code": "domain_is_new", "number": 1, "domain": "shop.example", "first": 3})"));
  CHECK(*notice_from_json(to_json(said)) == said);
  CHECK(rc::check([] {
    const auto any = random_events::any_notice();
    RC_PRE(!any.empty());
    RC_ASSERT(*notice_from_json(json::parse(to_json(any).dump())) == any);
    RC_ASSERT(*notice_from_json(json::from_cbor(json::to_cbor(to_json(any)))) == any);
  }));
}

TEST_CASE("the words have each parameter in its place, by its type") {
  CHECK(words_of(notice{"refused_too_often", {{"percent", 12.34}, {"outcomes", 200}, {"limit", 5.0}}}) ==
        "12.3% of the last 200 outcomes were refused; the limit is 5%");
  CHECK(words_of(notice{"letter_preparing", {{"campaign", "c1"}, {"at", timestamp{1'796'115'600s}}}}) ==
        "c1 starts at 2026-12-01T09:00:00Z");
  CHECK(words_of(notice{"no_reply_in_time", {{"server", "mx.example:25"}, {"within", 5min}}}) ==
        "mx.example:25: no reply within 5m");
  CHECK(words_of(notice{"template_tag_unclosed", {{"field", "html"}, {"line", 3}}}) ==
        "html, line 3: Unclosed tag");
}

TEST_CASE("a number has the word that goes with it") {
  const auto limited = [](int waiting) {
    return words_of(
        notice{"letter_domain_limit", {{"domain", "d.example"}, {"limit", "100/h"}, {"waiting", waiting}}});
  };
  CHECK(limited(1) == "letters to d.example have a limit of 100/h, and 1 letter waits for it at the relay");
  CHECK(limited(20) == "letters to d.example have a limit of 100/h, and 20 letters wait for it at the relay");
}

TEST_CASE("what is optional is left out where it is not there or says nothing") {
  CHECK(words_of(notice{"given_up_in_doubt"}) == "given up in doubt");
  CHECK(words_of(notice{"given_up_in_doubt", {{"by", ""}}}) == "given up in doubt");
  CHECK(words_of(notice{"given_up_in_doubt", {{"by", "nina"}}}) == "given up in doubt by nina");
}

TEST_CASE("a sign that means something in the table can stand in the words") {
  CHECK(words_of(notice{"template_partial", {{"name", "footer"}}}) ==
        "{{> footer}}: only text and html have partials");
}

TEST_CASE("what led to it is said too") {
  const notice said{
      "no_recipient_taken",
      {{"first", 2}},
      {notice{"left_out_wrong_address", {{"count", 2}}}, notice{"left_out_no_address", {{"count", 1}}}}};
  CHECK(words_of(said) ==
        "no recipient could be taken: 2 × wrong address; 1 × no address; the first on line 2");
}

TEST_CASE("a newer engine's notice is shown with what it says") {
  CHECK(words_of(notice{"moon_is_full", {{"phase", 1}, {"since", "May"}}}) ==
        "moon_is_full: phase 1, since May");
  CHECK(words_of(notice{}).empty());
}

TEST_CASE("each code is in the table once, and its words can be made with nothing known") {
  std::set<std::string_view> codes;
  for (const auto& one : all_notice_words()) {
    INFO(one.code);
    CHECK(codes.insert(one.code).second);
    words_of(notice{one.code});
  }
}

TEST_CASE("no notice is none") {
  for (const auto* text : {"[]", "\"text\"", "{}", R"({"code": 1})", R"({"code": ""})",
                           R"({"code": "a", "causes": 1})", R"({"code": "a", "causes": [{}]})"}) {
    INFO(text);
    CHECK_FALSE(notice_from_json(json::parse(text)).has_value());
  }
  // What a newer engine puts beside texts and numbers is passed over.
  CHECK(*notice_from_json(json::parse(R"({"code": "a", "b": [1], "c": 2})")) == notice{"a", {{"c", 2}}});
}

TEST_CASE("a sentence of before is a notice of code text, in its own words") {
  CHECK(notice_or_text({}, "no unsubscribe link") == notice{"text", {{"text", "no unsubscribe link"}}});
  CHECK(words_of(text_notice("no unsubscribe link")) == "no unsubscribe link");
  CHECK(notice_or_text({}, "").empty());
  CHECK(notice_or_text(notice{"engine_stops"}, "the engine stops") == notice{"engine_stops"});
}
