// What is stored is read back, whatever it is; what is no event is found out, whatever it is.
#include "messages/event_json.hpp"

#include "messages/check.hpp"
#include "tests/catch.hpp"
#include "tests/unit/messages/random_events.hpp"

#include <nlohmann/json.hpp>

#include <set>

using namespace sluice;
using namespace sluice::random_events;
using nlohmann::json;

namespace {

constexpr std::size_t types = std::variant_size_v<event_body>;
using bytes = std::vector<std::uint8_t>;

const event an_outcome{timestamp{milliseconds{1'796'115'600'000}}, "",
                       settled{{{letter_state::accepted, {{0, 200}, {250, 251}}, {250, "2.0.0", "ok"}, {}},
                                {letter_state::deferred,
                                 {{200, 203}},
                                 {451, "", "later"},
                                 timestamp{milliseconds{1'796'115'660'000}}}}}};

result<event> decoded(const json& map) {
  return decode_event(json::to_cbor(map));
}

bool is_corrupt(const result<event>& read) {
  return !read && read.error().code == error_code::corrupt && !read.error().message.empty();
}

/// A few bytes changed, cut off, put in or repeated.
bytes mutated(bytes whole) {
  for (auto count = *rc::gen::inRange(1, 4); count > 0; --count) {
    const auto at = *rc::gen::inRange<std::size_t>(0, whole.size() + 1);
    const auto place = whole.begin() + static_cast<std::ptrdiff_t>(at);
    const auto one = *rc::gen::arbitrary<std::uint8_t>();
    switch (*rc::gen::inRange(0, 4)) {
    case 0:
      whole.insert(place, one);
      break;
    case 1:
      whole.erase(place, whole.end());
      break;
    case 2:
      if (place != whole.end())
        whole.erase(place);
      break;
    default:
      if (place != whole.end())
        *place = one;
    }
  }
  return whole;
}

} // namespace

TEST_CASE("every event is read back from its stored form as it was written") {
  for (std::size_t type = 0; type < types; ++type)
    CHECK(rc::check("type " + std::to_string(type), [type] {
      const auto written = any_event(type);
      const auto read = decode_event(encode_event(written));
      RC_ASSERT(read.has_value());
      RC_ASSERT(*read == written);
    }));
}

TEST_CASE("every event is read back from its JSON text as it was written") {
  for (std::size_t type = 0; type < types; ++type)
    CHECK(rc::check("type " + std::to_string(type), [type] {
      const auto written = any_event(type);
      const auto read = event_from_json(json::parse(to_json(written).dump()));
      RC_ASSERT(read.has_value());
      RC_ASSERT(*read == written);
      RC_ASSERT(*event_from_json(to_json(written)) == written);
    }));
}

TEST_CASE("the stored form is the CBOR of the JSON form, to the byte, whichever way it was written") {
  CHECK(rc::check([] {
    const auto written = any_event();
    RC_ASSERT(encode_event(written) == json::to_cbor(to_json(written)));
  }));
}

TEST_CASE("each type of event has a name of its own") {
  std::set<std::string> names;
  CHECK(rc::check([&] {
    const auto one = any_event();
    names.insert(std::string{type_of(one.body)});
    RC_ASSERT(to_json(one)["t"] == type_of(one.body));
  }));
  for (std::size_t type = 0; type < types; ++type)
    CHECK(rc::check([&] { names.insert(std::string{type_of(any_body(type))}); }));
  CHECK(names.size() == types);
}

TEST_CASE("outcomes are stored as the format says") {
  CHECK(to_json(an_outcome) == json::parse(R"({
    "t": "settled", "v": 1, "at": 1796115600000,
    "groups": [
      {"outcome": "accepted", "letters": [0, 200, 250, 251], "code": 250, "enhanced": "2.0.0", "text": "ok"},
      {"outcome": "deferred", "letters": [200, 203], "code": 451, "text": "later", "retry_at": 1796115660000}
    ]})"));
}

TEST_CASE("a claim of a hundred letters takes less than fifty bytes") {
  const event claim{timestamp{milliseconds{1'796'115'600'000}}, "", claimed{{{70'000'000, 70'000'100}}}};
  CHECK(encode_event(claim).size() < 50);
}

TEST_CASE("a reader takes the fields in any order") {
  // "v" first, "at" last; json sorts, so it is put together by hand.
  bytes record{0xA4};
  const auto append = [&](const json& item) {
    const auto encoded = json::to_cbor(item);
    record.insert(record.end(), encoded.begin(), encoded.end());
  };
  for (const auto& item : {json("v"), json(1), json("t"), json("claimed"), json("letters"),
                           json::array({7U, 9U}), json("at"), json(5)})
    append(item);
  const auto read = decode_event(record);
  REQUIRE(read.has_value());
  CHECK(*read == event{timestamp{milliseconds{5}}, "", claimed{{{7, 9}}}});
}

TEST_CASE("damaged records are refused or read as one event, the same on both ways, and never crash") {
  CHECK(rc::check([] {
    const auto damaged = mutated(encode_event(any_event()));
    const auto read = decode_event(damaged);
    if (!read) {
      RC_ASSERT(is_corrupt(read));
      return;
    }
    RC_ASSERT(*event_from_json(json::from_cbor(damaged)) == *read);
    RC_ASSERT(*decode_event(encode_event(*read)) == *read);
  }));
}

TEST_CASE("any bytes may come in") {
  CHECK(rc::check([](const bytes& noise) { RC_ASSERT(is_corrupt(decode_event(noise))); }));
  CHECK(is_corrupt(decode_event({})));
}

TEST_CASE("bytes behind an event are no part of it") {
  CHECK(rc::check([] {
    auto record = encode_event(any_event());
    record.push_back(*rc::gen::arbitrary<std::uint8_t>());
    RC_ASSERT(is_corrupt(decode_event(record)));
  }));
}

TEST_CASE("records nested a million deep do not take the stack") {
  for (const auto opening : {0x81, 0x9F, 0xC1})
    CHECK(is_corrupt(decode_event(bytes(1'000'000, static_cast<std::uint8_t>(opening)))));
  bytes maps;
  for (auto level = 0; level < 500'000; ++level)
    maps.insert(maps.end(), {0xA1, 0x61, 'a'});
  CHECK(is_corrupt(decode_event(maps)));
}

TEST_CASE("lengths that promise more than there is are found out before they are believed") {
  // A map with a list of letters of 2^60 items; then with a text of 2^60 bytes.
  const bytes list{0xA1, 0x67, 'l', 'e', 't', 't', 'e', 'r', 's', 0x9B, 0x10, 0, 0, 0, 0, 0, 0, 0};
  const bytes text{0xA1, 0x61, 't', 0x7B, 0x10, 0, 0, 0, 0, 0, 0, 0};
  CHECK(is_corrupt(decode_event(list)));
  CHECK(is_corrupt(decode_event(text)));
}

TEST_CASE("letters on the wire must be sorted, apart, not empty and within the largest circulation") {
  const auto claim_of = [](const json& letters) {
    return decoded({{"t", "claimed"}, {"v", 1}, {"at", 0}, {"letters", letters}});
  };
  CHECK(claim_of({0U, 5U, 6U, 7U}).has_value());
  CHECK(claim_of({0U, letters_max}).has_value());
  for (const auto& wrong :
       {json::array(), json{0U}, json{5U, 5U}, json{5U, 4U}, json{0U, 5U, 5U, 6U}, json{0U, 5U, 4U, 6U},
        json{4U, 6U, 0U, 2U}, json{0U, letters_max + 1}, json{0U, 4'294'967'296U}, json{-1, 5},
        json{0.0, 5.0}, json{"0", "5"}, json("0-5"), json()})
    CHECK(is_corrupt(claim_of(wrong)));
}

TEST_CASE("a record with a wrong field is refused with words that name it") {
  const auto whole = to_json(an_outcome);
  const auto with = [&](const char* path, const json& value) {
    auto changed = whole;
    changed[json::json_pointer(path)] = value;
    const auto read = decoded(changed);
    CHECK(is_corrupt(read));
    CHECK(is_corrupt(event_from_json(changed)));
    return read ? std::string{} : read.error().message;
  };
  CHECK(with("/v", 4).find("newer Sluice") != std::string::npos);
  CHECK(with("/t", "exploded").find("\"exploded\"") != std::string::npos);
  CHECK(with("/t", 7).find("\"t\"") != std::string::npos);
  CHECK(with("/at", "noon").find("\"at\"") != std::string::npos);
  CHECK(with("/at", UINT64_MAX).find("\"at\"") != std::string::npos);
  CHECK(with("/by", 7).find("\"by\"") != std::string::npos);
  CHECK(with("/groups", json::array()).find("no outcome") != std::string::npos);
  CHECK(with("/groups", 7).find("no outcome") != std::string::npos);
  CHECK(with("/groups/0", 7).find("\"outcome\"") != std::string::npos);
  CHECK(with("/groups/0/outcome", "in_flight").find("outcome") != std::string::npos);
  CHECK(with("/groups/0/outcome", "deferred").find("\"retry_at\"") != std::string::npos);
  CHECK(with("/groups/0/code", 65'536).find("\"code\"") != std::string::npos);
  CHECK(with("/groups/0/code", -1).find("\"code\"") != std::string::npos);
  CHECK(with("/groups/1/retry_at", 1.5).find("\"retry_at\"") != std::string::npos);
}

TEST_CASE("texts that are not UTF-8 are stored so that they can be read") {
  const std::string broken = "caf\xE9 \xF0\x9F";
  const std::string mended = "caf\uFFFD \uFFFD\uFFFD";
  const event outcome{{}, broken, settled{{{letter_state::refused, {{0, 1}}, {554, "", broken}, {}}}}};
  const event pause{{}, broken, paused{hold_reason::operator_request, broken}};
  for (const auto& written : {outcome, pause}) {
    const auto read = decode_event(encode_event(written));
    REQUIRE(read.has_value());
    CHECK(read->by == mended);
    CHECK(encode_event(written) == json::to_cbor(to_json(written)));
    CHECK_NOTHROW(to_json(written).dump());
  }
}

TEST_CASE("a campaign of an old log is read although today's campaign file would not take it") {
  auto spec = campaign_spec{};
  spec.name.assign(5000, 'n');
  spec.subject.assign(5000, 's');
  spec.text.assign(3U << 20U, 't');
  spec.plan.parts = parts{0, milliseconds{1}, 5000};
  const event written{{}, "someone", created{spec, {{1}, "audience", 5, "hash"}}};
  const auto read = decode_event(encode_event(written));
  REQUIRE(read.has_value());
  CHECK(*read == written);
}

TEST_CASE("what a reader would refuse is not written") {
  created never;
  never.spec.plan.start_at = timestamp{milliseconds{INT64_MAX / 2}};
  CHECK_THROWS_AS(encode_event({{}, "", never}), broken_invariant);
  CHECK_THROWS_AS(encode_event({{}, "", claimed{}}), broken_invariant);
  CHECK_THROWS_AS(encode_event({{}, "", settled{}}), broken_invariant);
  CHECK_THROWS_AS(encode_event({{}, "", doubt_settled{}}), broken_invariant);
  CHECK_THROWS_AS(encode_event({{}, "", refusals_settled{}}), broken_invariant);
  CHECK_THROWS_AS(encode_event({{}, "", settled{{{letter_state::refused, {{0, 1}}, {}, {}, true}}}}),
                  broken_invariant);
  CHECK_THROWS_AS(encode_event({{}, "", claimed{{{0, letters_max + 1}}}}), broken_invariant);
  CHECK_THROWS_AS(encode_event({{}, "", settled{{{letter_state::claimed, {{0, 1}}, {}, {}}}}}),
                  broken_invariant);
}
