// The stored form of what was found of a server's pace.

#include "adapters/delivery/pace_notes.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

using namespace sluice;
using namespace sluice::examples;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const moment now{100h};

pace_findings all_kinds() {
  return {
      .rate = rate_finding{14, 7, false, now - 1min},
      .connections = connections_finding{3, 4, 20s, now - 1h},
      .domains = {{"gmail.com", {2.5, 1.25, false, now - 2h}}, {"example.org", {0.5, 0.5, true, now - 3h}}},
      .words = "454 Throttling failure for n1@d1.example: Maximum sending rate exceeded"};
}

/// What engines have written so far. Read for ever: a new version gets a text of its own beside these.
constexpr auto version_1 =
    R"({"connections":{"at":1796112000000,"ceiling":4,"limit":3,"probe_delay":20000},)"
    R"("domains":[{"at":1796108400000,"base":1.25,"ceiling":2.5,"domain":"gmail.com","starved":false},)"
    R"({"at":1796104800000,"base":0.5,"ceiling":0.5,"domain":"example.org","starved":true}],)"
    R"("rate":{"at":1796115540000,"base":7.0,"ceiling":14.0,"starved":false},"v":1,)"
    R"("words":"454 Throttling failure for …: Maximum sending rate exceeded"})";

} // namespace

TEST_CASE("what was found of a pace is written as engines have written it before, and read back") {
  CHECK(encode_pace_notes(all_kinds(), now, t0) == version_1);
  auto expected = all_kinds();
  expected.words = "454 Throttling failure for …: Maximum sending rate exceeded";
  CHECK(decode_pace_notes(version_1, now, t0).value() == expected);
}

TEST_CASE("when a pace was found is known after a restart too, by the wall clock") {
  const moment begun_anew{5min};
  const auto found = decode_pace_notes(version_1, begun_anew, t0 + 2h).value();
  CHECK(found.rate->found_at == begun_anew - 2h - 1min);
  CHECK(encode_pace_notes(found, begun_anew, t0 + 2h) == version_1);
}

TEST_CASE("what was found more than a day ago is forgotten, each by itself") {
  const auto found = decode_pace_notes(version_1, now, t0 + 21h + 30min).value();
  CHECK(found.rate);
  CHECK(found.connections);
  REQUIRE(found.domains.size() == 1);
  CHECK(found.domains[0].first == "gmail.com");
  CHECK_FALSE(decode_pace_notes(version_1, now, t0 + 23h + 30min).value().connections);
  CHECK(decode_pace_notes(version_1, now, t0 + 24h).value().empty());
  CHECK(decode_pace_notes(version_1, now, t0 + 24h).value().words.empty());
}

TEST_CASE("what a clock that was set back since calls the future was found now") {
  CHECK(decode_pace_notes(version_1, now, t0 - 48h).value().rate->found_at == now);
}

TEST_CASE("nothing that was found is an empty note, and the other way round") {
  pace_findings words_alone;
  words_alone.words = "454 slow down";
  CHECK(encode_pace_notes(words_alone, now, t0).empty());
  CHECK(decode_pace_notes("", now, t0).value().empty());
}

TEST_CASE("a note that no engine wrote is told from one that was written") {
  const std::string right = version_1;
  const auto with = [&](const std::string& was, const std::string& is) {
    auto changed = right;
    changed.replace(changed.find(was), was.size(), is);
    return changed;
  };
  const std::string texts[] = {"{",
                               "[]",
                               right.substr(0, right.size() / 2),
                               with(R"("v":1)", R"("v":2)"),
                               with(R"("ceiling":14.0)", R"("ceiling":-14.0)"),
                               with(R"("ceiling":14.0)", R"("ceiling":1e300)"),
                               with(R"("ceiling":14.0)", R"("ceiling":"many")"),
                               with(R"("base":7.0)", R"("base":0)"),
                               with(R"("limit":3)", R"("limit":0)"),
                               with(R"("limit":3)", R"("limit":5)"),
                               with(R"("limit":3)", R"("limit":-3)"),
                               with(R"("probe_delay":20000)", R"("probe_delay":-1)"),
                               with(R"(,"words")", R"(,"says")"),
                               with(R"("domain":"gmail.com")", R"("domain":7)")};
  for (const auto& text : texts) {
    const auto read = decode_pace_notes(text, now, t0);
    INFO(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == error_code::corrupt);
  }
}

TEST_CASE("a server's words are kept short, and need be no UTF-8") {
  auto found = all_kinds();
  found.words = "454 \xff " + std::string(1000, 'a') + " …";
  const auto text = encode_pace_notes(found, now, t0);
  CHECK(text.size() < 1200);
  CHECK(decode_pace_notes(text, now, t0));
}
