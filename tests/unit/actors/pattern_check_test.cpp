#include "actors/pattern_check.hpp"

#include "messages/notice_words.hpp"
#include "persistence/memory/store.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

namespace sluice {
namespace {

using examples::spec;
using examples::t0;

struct checked_store {
  std::unique_ptr<store> kept = make_memory_store();
  audience_info audience;

  explicit checked_store(const std::vector<std::string>& names) {
    auto writer = kept->audiences().begin("Customers", t0).value();
    const auto name = writer->column("name").value();
    const auto unused = writer->column("unused").value();
    for (std::size_t row = 0; row < names.size(); ++row)
      writer->add({"r" + std::to_string(row) + "@example.com", {{name, names[row]}, {unused, "casino"}}})
          .value();
    audience = writer->commit({}).value();
  }

  std::vector<notice> reasons(const campaign_spec& of,
                              const std::vector<std::string>& patterns,
                              const value_bounds& bounds = {}) const {
    return pattern_reasons(*kept, of, audience, patterns, bounds).value();
  }
};

std::string text_in(const notice& of, std::string_view parameter) {
  const auto* const found = of.find(parameter);
  const auto* const text = found ? std::get_if<std::string>(found) : nullptr;
  return text ? *text : std::string{};
}

std::int64_t index_in(const notice& of) {
  const auto* const found = of.find("index");
  const auto* const number = found ? std::get_if<std::int64_t>(found) : nullptr;
  return number ? *number : -1;
}

} // namespace

TEST_CASE("a pattern is looked for in all that a recipient reads, and is found once a field") {
  const checked_store store({"Ann", "Bob"});
  CHECK(store.reasons(spec(), {"casino"}).empty());
  const auto found_with = [&](auto&& change) {
    auto changed = spec();
    change(changed);
    const auto found = store.reasons(changed, {"casino\\s*bonus"});
    REQUIRE(found.size() == 1);
    CHECK(index_in(found[0]) == 0);
    return found[0].code + " " + text_in(found[0], "field");
  };
  CHECK(found_with([](auto& it) { it.subject = "CASINO bonus, {{name}}"; }) == "suspicious_pattern subject");
  CHECK(found_with([](auto& it) { it.from = "Casino Bonus <news@shop.example>"; }) ==
        "suspicious_pattern from");
  CHECK(found_with([](auto& it) { it.text = "the casino\nbonus"; }) == "suspicious_pattern text");
  CHECK(found_with([](auto& it) { it.html = "<p>cas<i></i>ino bo<!-- -->nus</p>"; }) ==
        "suspicious_pattern html");
  CHECK(found_with([](auto& it) { it.html = "<a href='https://%63asinobonus.example'>x</a>"; }) ==
        "suspicious_url html");
  CHECK(found_with([](auto& it) { it.preheader = "Casino bonus"; }) == "suspicious_pattern preheader");
  CHECK(found_with([](auto& it) { it.headers = {{"X-Note", "casino bonus"}}; }) ==
        "suspicious_pattern headers.X-Note");
  CHECK(found_with([](auto& it) {
          it.text = "{{> footer}}";
          it.partials = {{"footer", 1, "casino bonus"}};
        }) == "suspicious_pattern text");
}

TEST_CASE("an address that stands in a text is read as text and as an address") {
  const checked_store store({"Ann"});
  auto changed = spec();
  changed.text = "See https://casino-bonus.example";
  const auto found = store.reasons(changed, {"casino\\W?bonus"});
  REQUIRE(found.size() == 2);
  CHECK(found[0].code == "suspicious_pattern");
  CHECK(found[1].code == "suspicious_url");
  changed.text = "See https://shop.example/c%61sino";
  REQUIRE(store.reasons(changed, {"casino"}).size() == 1);
  CHECK(store.reasons(changed, {"casino"})[0].code == "suspicious_url");
}

TEST_CASE("a word that stands in one recipient's column is found, wherever that recipient stands") {
  std::vector<std::string> names(5000, "Ann");
  names[3777] = "c.а.s.i.n.o"; // with a Cyrillic а
  const checked_store store(names);
  const auto found = store.reasons(spec(), {"casino"});
  REQUIRE(found.size() == 1);
  CHECK(found[0].code == "suspicious_value");
  CHECK(text_in(found[0], "column") == "name");
  CHECK(index_in(found[0]) == 3777);
  auto without = spec();
  without.subject = "Hello";
  without.text = "Hello";
  CHECK(store.reasons(without, {"casino"}).empty()); // a column that no template uses is nobody's to read
}

TEST_CASE("words that come together only in the letter are found in the letter") {
  const checked_store store({"ino", "Ann"});
  auto split = spec();
  split.subject = "cas{{name}}";
  split.text = "Hello";
  const auto found = store.reasons(split, {"casino"});
  REQUIRE(found.size() == 1);
  CHECK(found[0].code == "suspicious_pattern");
}

TEST_CASE("an audience with more values than are looked at goes to a moderator, who is told so") {
  std::vector<std::string> names;
  for (int row = 0; row < 100; ++row)
    names.push_back("name " + std::to_string(row % 50));
  const checked_store store(names);
  CHECK(store.reasons(spec(), {"casino"}, {50, 1000}).empty());
  const auto many = store.reasons(spec(), {"casino"}, {49, 1000});
  REQUIRE(many.size() == 1);
  CHECK(many[0].code == "too_many_values_to_check");
  CHECK(store.reasons(spec(), {"casino"}, {50, 100}).size() == 1);
  CHECK(store.reasons(spec(), {}, {0, 0}).empty()); // nothing to look for
}

TEST_CASE("a pattern that cannot be used is a reason, and the others are looked for") {
  const checked_store store({"Ann"});
  const auto found = store.reasons(spec(), {"(", "Ann"});
  REQUIRE(found.size() >= 2);
  CHECK(found[0].code == "pattern_not_looked_for");
  CHECK(words_of(found[0]).find('(') != std::string::npos);
}

} // namespace sluice
