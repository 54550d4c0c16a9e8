// Snapshots: what is written is read, of this format and the one before, and nothing else is.

#include "actors/core/state_codec.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::examples;
using namespace std::chrono_literals;

namespace {

/// Every third letter accepted, every third deferred, the rest pending: no two neighbours alike.
campaign_state motley(letter_index letters) {
  auto content = spec();
  content.text = "Здравствуйте, {{name}}";
  content.html = "<p>Hello {{name}}</p>";
  auto state = sending(letters, content);
  letter_ranges claimed_letters;
  settled outcomes;
  outcomes.groups.push_back({letter_state::accepted, {}, {250, "2.0.0", "Ok"}, {}});
  outcomes.groups.push_back({letter_state::deferred, {}, {451, "4.7.1", "later"}, t0 + 5min});
  for (letter_index index = 0; index < letters; ++index)
    if (index % 3 != 2) {
      claimed_letters.add(index);
      outcomes.groups[index % 3].letters.add(index);
    }
  std::erase_if(outcomes.groups, [](const settled_group& group) { return group.letters.empty(); });
  apply(state, t0, {claimed{claimed_letters}, outcomes});
  apply(state, t0 + 1min, {paused{hold_reason::operator_request, "lunch"}});
  return state;
}

} // namespace

TEST_CASE("a state is read as it was written, letter by letter") {
  for (const letter_index letters : {1U, 2U, 4'095U, 4'097U, 50'000U}) {
    const auto state = motley(letters);
    const auto read = decode_state(encode_state(state));
    REQUIRE(read.has_value());
    CHECK(*read == state);
  }
}

TEST_CASE("a snapshot costs a few bytes a letter at most, and next to nothing for like neighbours") {
  CHECK(encode_state(motley(30'000)).size() < 30'000 * 2 + 10'000 * 24 + 2'000);
  CHECK(encode_state(sending(5'000'000)).size() < 2'000);
}

TEST_CASE("the content is read without the letters") {
  const auto state = motley(1'000);
  const auto whole = encode_state(state);
  CHECK(decode_content(whole) == state.spec);
}

TEST_CASE("a snapshot that is cut off, or of an unknown format, is none") {
  const auto whole = encode_state(motley(10));
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes)
    CHECK(!decode_state(std::string_view(whole).substr(0, bytes)));
  auto newer = whole;
  newer[0] = 10;
  CHECK(!decode_state(newer));
}

TEST_CASE("a snapshot of format 3, one map with all of it, is still read") {
  const nlohmann::json spec_in_it{{"name", "Autumn sale"},  {"from", "Shop <news@shop.example>"},
                                  {"subject", "Hello"},     {"text", "Hello {{name}}"},
                                  {"html", "<p>Hello</p>"}, {"plan", nlohmann::json::object()},
                                  {"on_doubt", "hold"}};
  const nlohmann::json map{{"format", 3},
                           {"id", 7},
                           {"last_event", 9},
                           {"created_at", 1'000},
                           {"changed_at", 2'000},
                           {"spec", spec_in_it},
                           {"audience", {1, "Customers", 6, "00"}},
                           {"stage", 3},
                           {"is_discarded", false},
                           {"hold", nullptr},
                           {"t0", 1'500},
                           {"released_at", nullptr},
                           {"submitted_at", 1'200},
                           {"moderation_reasons", {"words"}},
                           {"moderation_words", "fine"},
                           {"content_hash", "abc"},
                           {"letters",
                            {nullptr,
                             {0, 1},
                             {1, 2},
                             nlohmann::json::array(),
                             {4, 6},
                             nlohmann::json::array(),
                             nlohmann::json::array()}},
                           {"retries", {{4, 1, 1'700, 9'000}}},
                           {"responses", nlohmann::json::array()},
                           {"verdicts", "012"},
                           {"relay_trouble", nullptr},
                           {"drain", nullptr}};
  std::string bytes;
  nlohmann::json::to_cbor(map, bytes);
  const auto read = decode_state(bytes);
  REQUIRE(read.has_value());
  CHECK(read->id == campaign_id{7});
  CHECK(read->last_event == 9);
  CHECK(read->spec.html == "<p>Hello</p>");
  CHECK(read->spec.on_doubt == doubt_policy::hold);
  CHECK(read->letters.size() == 6);
  CHECK(read->letters.count(letter_state::pending) == 2);
  CHECK(read->letters.at(4) == letter_state::deferred);
  REQUIRE(read->retries.contains(4));
  CHECK(read->retries.at(4).due_at == timestamp{9'000ms});
  CHECK(read->retry_queue.contains({timestamp{9'000ms}, 4}));
  CHECK(decode_content(bytes) == read->spec);
  CHECK(decode_state(encode_state(*read)) == read);
}
