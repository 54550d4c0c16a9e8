#include "messages/json.hpp"

#include "messages/utf8.hpp"
#include "tests/catch.hpp"
#include "tests/unit/messages/random_events.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::random_events;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const timestamp nine{1'796'115'600s}; // 1 Dec 2026 09:00

json campaign_file() {
  return json::parse(R"({
    "name": "Autumn sale", "from": "Shop <news@shop.example>", "reply_to": "help@shop.example",
    "subject": "{{name}}, everything is 20% off", "text": "Hello {{name}}", "html": "<p>Hello {{name}}</p>",
    "unsubscribe_url": "https://shop.example/u/{{token}}",
    "plan": {"start_at": "2026-12-01T09:00:00Z", "parts": {"size": 1000, "every": "24h", "growth": 50}},
    "on_doubt": "hold"})");
}

/// What is said of the campaign file with one value put in; empty when it is taken.
std::string fault_with(const char* path, const json& value) {
  auto file = campaign_file();
  file[json::json_pointer(path)] = value;
  const auto read = campaign_spec_from_json(file);
  if (read)
    return {};
  CHECK(read.error().code == error_code::invalid_input);
  CHECK(is_utf8(read.error().message));
  CHECK(read.error().message.size() < 400);
  return read.error().message;
}

bool begins(const std::string& text, std::string_view beginning) {
  INFO(text);
  CHECK(text.starts_with(beginning));
  return text.starts_with(beginning);
}

} // namespace

TEST_CASE("the campaign file of the interfaces is read whole") {
  const auto spec = campaign_spec_from_json(campaign_file());
  REQUIRE(spec.has_value());
  CHECK(spec->name == "Autumn sale");
  CHECK(spec->from == "Shop <news@shop.example>");
  CHECK(spec->reply_to == "help@shop.example");
  CHECK(spec->subject == "{{name}}, everything is 20% off");
  CHECK(spec->text == "Hello {{name}}");
  CHECK(spec->html == "<p>Hello {{name}}</p>");
  CHECK(spec->unsubscribe_url == "https://shop.example/u/{{token}}");
  CHECK(spec->plan == plan{nine, parts{1000, 24h, 50}});
  CHECK(spec->on_doubt == doubt_policy::hold);
}

TEST_CASE("a campaign that keeps the limits is read back from JSON as it was written") {
  CHECK(rc::check([] {
    auto spec = any_spec();
    RC_ASSERT(*stored_campaign_spec_from_json(json::parse(to_json(spec).dump())) == spec);
    RC_ASSERT(*plan_from_json(json::parse(to_json(spec.plan).dump())) == spec.plan);
    spec.text_from_html = true; // what a campaign file means that does not say
    if (const auto read = campaign_spec_from_json(to_json(spec)))
      RC_ASSERT(*read == spec);
  }));
}

TEST_CASE("a field that nobody knows is an error that lists those that there are") {
  CHECK(begins(fault_with("/subjekt", "x"),
               "subjekt: there is no such field; there are: name, from, reply_to, subject, text, html"));
  CHECK(begins(fault_with("/plan/strat_at", "now"),
               "plan.strat_at: there is no such field; there are: start_at, parts"));
  CHECK(begins(fault_with("/plan/parts/evry", "1h"),
               "plan.parts.evry: there is no such field; there are: size, every, growth"));
  CHECK_FALSE(fault_with("/\n\x01", 1).empty());
  auto file = campaign_file();
  file[std::string(100'000, 'x')] = 1;
  CHECK(campaign_spec_from_json(file).error().message.size() < 400);
  file = campaign_file();
  file["\xFF\xFE"] = 1;
  CHECK(is_utf8(campaign_spec_from_json(file).error().message));
}

TEST_CASE("a field of the wrong type or out of its range is an error that names it by its path") {
  CHECK(begins(fault_with("/name", 7), "name: must be a text"));
  CHECK(begins(fault_with("/name", std::string(201, 'n')), "name: has more than 200 bytes"));
  CHECK(begins(fault_with("/subject", std::string(999, 's')), "subject: has more than 998 bytes"));
  CHECK(begins(fault_with("/text", std::string((1U << 20U) + 1, 't')), "text: has more than 1048576 bytes"));
  CHECK(begins(fault_with("/html", "caf\xE9"), "html: is not UTF-8"));
  CHECK(begins(fault_with("/plan", "now"), "plan: must be an object"));
  CHECK(begins(fault_with("/plan/start_at", "noon"), "plan.start_at: \"noon\" is no time"));
  CHECK(begins(fault_with("/plan/start_at", ""), "plan.start_at: \"\" is no time"));
  CHECK(begins(fault_with("/plan/start_at", 5), "plan.start_at: must be a text"));
  CHECK(begins(fault_with("/plan/parts", json::array()), "plan.parts: must be an object"));
  CHECK(begins(fault_with("/plan/parts/size", 0),
               "plan.parts.size: must be a whole number from 1 to 100000000"));
  CHECK(begins(fault_with("/plan/parts/size", -5), "plan.parts.size: must be a whole number"));
  CHECK(begins(fault_with("/plan/parts/size", 1.5), "plan.parts.size: must be a whole number"));
  CHECK(begins(fault_with("/plan/parts/size", "1000"), "plan.parts.size: must be a whole number"));
  CHECK(begins(fault_with("/plan/parts/size", nullptr), "plan.parts.size: is needed"));
  CHECK(begins(fault_with("/plan/parts/every", nullptr), "plan.parts.every: is needed"));
  CHECK(begins(fault_with("/plan/parts/every", "999ms"), "plan.parts.every: must be from 1s to 365d"));
  CHECK(begins(fault_with("/plan/parts/every", "366d"), "plan.parts.every: must be from 1s to 365d"));
  CHECK(begins(fault_with("/plan/parts/every", "daily"), "plan.parts.every: \"daily\" is no duration"));
  CHECK(begins(fault_with("/plan/parts/every", 30), "plan.parts.every: must be a text"));
  CHECK(begins(fault_with("/plan/parts/growth", 1001),
               "plan.parts.growth: must be a whole number from 0 to 1000"));
  CHECK(begins(fault_with("/on_doubt", "forget"), "on_doubt: must be \"resend\" or \"hold\""));
  CHECK(begins(fault_with("/on_doubt", ""), "on_doubt: must be \"resend\" or \"hold\""));
  CHECK(begins(campaign_spec_from_json(json::array()).error().message, "this must be an object"));
}

TEST_CASE("a text at its limit is taken") {
  CHECK(fault_with("/name", std::string(200, 'n')).empty());
  CHECK(fault_with("/subject", std::string(998, 's')).empty());
  CHECK(fault_with("/text", std::string(1U << 20U, 't')).empty());
  CHECK(fault_with("/plan/parts/size", letters_max).empty());
  CHECK(fault_with("/plan/parts/every", "1s").empty());
  CHECK(fault_with("/plan/parts/growth", 0).empty());
}

TEST_CASE("an error shows a long text cut at a character's end") {
  // Sixty bytes end in the middle of a Cyrillic letter.
  std::string text = "x";
  for (auto count = 0; count < 50; ++count)
    text += "ж";
  CHECK(begins(fault_with("/plan/parts/every", text), "plan.parts.every: \"xж"));
}

TEST_CASE("without a start, or with now, a plan starts when it may") {
  CHECK(plan_from_json(json::object()) == plan{});
  CHECK(plan_from_json({{"start_at", "now"}}) == plan{});
  CHECK(plan_from_json({{"start_at", nullptr}, {"parts", nullptr}}) == plan{});
}

TEST_CASE("a patch replaces the fields that it has, takes out those that are null, and leaves the rest") {
  const auto old = *campaign_spec_from_json(campaign_file());
  const auto patched = merged_campaign_spec(
      old, json::parse(R"({"name": "Winter sale", "reply_to": null, "plan": {"parts": {"growth": 10}}})"));
  REQUIRE(patched.has_value());
  auto expected = old;
  expected.name = "Winter sale";
  expected.reply_to.clear();
  expected.plan.parts->growth_percent = 10;
  CHECK(*patched == expected);
  CHECK_FALSE(merged_campaign_spec(old, json::parse(R"({"plan": {"parts": null}})"))->plan.parts.has_value());
  CHECK_FALSE(merged_campaign_spec(old, json::parse(R"({"nam": "x"})")).has_value());
  CHECK_FALSE(merged_campaign_spec(old, json::parse(R"({"plan": {"parts": {"size": 0}}})")).has_value());
  CHECK_FALSE(merged_campaign_spec(old, json::array()).has_value());
}

TEST_CASE("a plan is said in words") {
  CHECK(plan_words({nine, parts{200, 30min, 0}}) == "1 Dec 2026 09:00, 200 letters every 30 min");
  CHECK(plan_words({nine, parts{200, 24h, 50}}) ==
        "1 Dec 2026 09:00, 200 letters every 24 h, growing 50% a day");
  CHECK(plan_words({nine, std::nullopt}) == "1 Dec 2026 09:00, all at once");
  CHECK(plan_words({nine + 5s, std::nullopt}) == "1 Dec 2026 09:00:05, all at once");
  CHECK(plan_words({}) == "now, all at once");
  CHECK(plan_words({std::nullopt, parts{1, 90s, 0}}) == "now, 1 letter every 90 s");
  CHECK(plan_words({std::nullopt, parts{5, 24h * 7, 0}}) == "now, 5 letters every 7 days");
  CHECK(plan_words({std::nullopt, parts{5, 1500ms, 0}}) == "now, 5 letters every 1500 ms");
}

TEST_CASE("text that is no JSON is refused with where it is not, shown so that it can be shown") {
  CHECK(begins(parse_json("{\"name\": }").error().message,
               "this is not JSON: parse error at line 1, column 10"));
  CHECK_FALSE(parse_json("").has_value());
  CHECK_FALSE(parse_json("{} {}").has_value());
  CHECK_FALSE(parse_json("1e999").has_value());
  CHECK(rc::check([](const std::string& noise) {
    for (const auto& text : {noise, "\"" + noise, "{\"a\": \"" + noise + std::string(5000, '\xFF')})
      if (const auto read = parse_json(text); !read)
        RC_ASSERT(is_utf8(read.error().message) && read.error().message.size() < 1500);
  }));
}

TEST_CASE("JSON nested a million deep is refused and takes no stack") {
  for (const std::string opening : {"[", "{\"a\":"}) {
    std::string text;
    for (auto level = 0; level < 1'000'000; ++level)
      text += opening;
    const auto read = parse_json(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().message.find("nested more than 32 deep") != std::string::npos);
  }
  CHECK(parse_json(std::string(32, '[') + std::string(32, ']')).has_value());
  CHECK_FALSE(parse_json(std::string(40, '[') + std::string(40, ']')).has_value());
}

TEST_CASE("answers and replies are read back as they were written") {
  CHECK(rc::check([] {
    const reply answer{*rc::gen::inRange<std::uint16_t>(0, 600), "5.7.1", *any_text()};
    RC_ASSERT(*reply_from_json(to_json(answer)) == answer);
    const command_answer done{*rc::gen::element(status::paused, status::sending), *rc::gen::arbitrary<bool>(),
                              *rc::gen::arbitrary<event_number>(), *rc::gen::inRange(0U, letters_max)};
    RC_ASSERT(*command_answer_from_json(json::parse(to_json(done).dump())) == done);
  }));
  CHECK_FALSE(command_answer_from_json({{"status", "flying"}}).has_value());
  CHECK_FALSE(command_answer_from_json({{"status", "sent"}, {"changed", "yes"}}).has_value());
  CHECK_FALSE(reply_from_json({{"code", 1000}}).has_value());
}

TEST_CASE("an error is a problem detail with its stable code") {
  CHECK(to_json(error{error_code::not_found, "there is no campaign c9"}) ==
        json{{"type", "about:blank"},
             {"title", "not_found"},
             {"detail", "there is no campaign c9"},
             {"code", "not_found"},
             {"notice", {{"code", "text"}, {"text", "there is no campaign c9"}}}});
  CHECK(to_json(make_error(error_code::not_found, notice{"campaign_unknown", {{"campaign", "c9"}}})) ==
        json{{"type", "about:blank"},
             {"title", "not_found"},
             {"detail", "there is no campaign c9"},
             {"code", "not_found"},
             {"notice", {{"code", "campaign_unknown"}, {"campaign", "c9"}}}});
}
