// The stored form of every type of event, as version 1 has it. These records are for ever: a change that makes
// one of them fail makes old logs unreadable. A new version gets new records here, beside these.
#include "messages/event_json.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <set>

using namespace sluice;
using nlohmann::json;

namespace {

struct stored {
  const char* record; ///< as JSON; what is stored is its CBOR
  event_body body;
};

campaign_spec a_spec() {
  return {"Autumn sale",
          "Shop <news@shop.example>",
          "help@shop.example",
          "Hello {{name}}",
          "Hi",
          "<p>Hi</p>",
          "https://shop.example/u",
          {timestamp{milliseconds{1'796'115'600'250}}, parts{1000, milliseconds{86'400'000}, 50}},
          doubt_policy::hold};
}

constexpr const char* created_record = R"({"t": "created", "v": 1, "at": 5, "by": "anna",
  "audience": {"id": 4, "name": "customers", "size": 9, "hash": "ab"},
  "spec": {"name": "Autumn sale", "from": "Shop <news@shop.example>", "reply_to": "help@shop.example",
           "subject": "Hello {{name}}", "text": "Hi", "html": "<p>Hi</p>",
           "unsubscribe_url": "https://shop.example/u", "on_doubt": "hold",
           "plan": {"start_at": "2026-12-01T09:00:00.250Z",
                    "parts": {"size": 1000, "every": "24h", "growth": 50}}}})";

constexpr const char* edited_record = R"({"t": "edited", "v": 1, "at": 5, "by": "anna",
  "audience": {"id": 0, "name": "", "size": 0, "hash": ""},
  "spec": {"name": "", "from": "", "reply_to": "", "subject": "", "text": "", "html": "",
           "unsubscribe_url": "", "on_doubt": "resend", "plan": {}}})";

constexpr const char* settled_record = R"({"t": "settled", "v": 1, "at": 5, "by": "anna", "groups": [
  {"outcome": "pending", "letters": [0, 1], "text": "connection lost"},
  {"outcome": "accepted", "letters": [1, 300, 301, 99999999], "code": 250, "enhanced": "2.0.0", "text": "Ok"},
  {"outcome": "refused", "letters": [300, 301], "code": 550, "enhanced": "5.1.1", "text": "Unknown"},
  {"outcome": "deferred", "letters": [7, 8], "code": 451, "retry_at": 1796115600250},
  {"outcome": "skipped", "letters": [9, 10], "text": "suppressed"},
  {"outcome": "in_doubt", "letters": [11, 12]}]})";

std::vector<stored> version_1() {
  return {
      {created_record, created{a_spec(), {{4}, "customers", 9, "ab"}}},
      {edited_record, edited{}},
      {R"({"t": "discarded", "v": 1, "at": 5, "by": "anna"})", discarded{}},
      {R"({"t": "submitted", "v": 1, "at": 5, "by": "anna", "reasons": ["first"], "content_hash": "cd"})",
       submitted{{"first"}, "cd"}},
      {R"({"t": "approved", "v": 1, "at": 5, "by": "anna", "words": "fine", "content_hash": "cd"})",
       approved{"fine", "cd"}},
      {R"({"t": "approval_given", "v": 1, "at": 5, "by": "anna", "words": "fine", "content_hash": "cd"})",
       approval_given{"fine", "cd"}},
      {R"({"t": "rejected", "v": 1, "at": 5, "by": "anna", "words": "no"})", rejected{"no"}},
      {R"({"t": "scheduled", "v": 1, "at": 5, "by": "anna", "t0": 1796115600250})",
       scheduled{timestamp{milliseconds{1'796'115'600'250}}}},
      {R"({"t": "sending_began", "v": 1, "at": 5, "by": "anna"})", sending_began{}},
      {R"({"t": "paused", "v": 1, "at": 5, "by": "anna", "reason": "operator", "text": "wait"})",
       paused{hold_reason::operator_request, "wait"}},
      {R"({"t": "paused", "v": 1, "at": 5, "by": "anna", "reason": "spam_suspicion", "text": "6%"})",
       paused{hold_reason::spam_suspicion, "6%"}},
      {R"({"t": "resumed", "v": 1, "at": 5, "by": "anna", "words": "go on"})", resumed{"go on"}},
      {R"({"t": "released", "v": 1, "at": 5, "by": "anna", "words": ""})", released{}},
      {R"({"t": "cancelled", "v": 1, "at": 5, "by": "anna", "words": "stop"})", cancelled{"stop"}},
      {R"({"t": "claimed", "v": 1, "at": 5, "by": "anna", "letters": [0, 200, 70000, 100000000]})",
       claimed{{{0, 200}, {70'000, letters_max}}}},
      {settled_record,
       settled{{{letter_state::pending, {{0, 1}}, {0, "", "connection lost"}, {}},
                {letter_state::accepted, {{1, 300}, {301, 99'999'999}}, {250, "2.0.0", "Ok"}, {}},
                {letter_state::refused, {{300, 301}}, {550, "5.1.1", "Unknown"}, {}},
                {letter_state::deferred, {{7, 8}}, {451, "", ""}, timestamp{milliseconds{1'796'115'600'250}}},
                {letter_state::skipped, {{9, 10}}, {0, "", "suppressed"}, {}},
                {letter_state::in_doubt, {{11, 12}}, {}, {}}}}},
      {R"({"t": "doubt_settled", "v": 1, "at": 5, "by": "anna", "letters": [3, 4], "resend": false})",
       doubt_settled{{{3, 4}}, false, {}}},
      {R"({"t": "refusals_settled", "v": 1, "at": 5, "by": "anna", "letters": [3, 4], "accept": true})",
       refusals_settled{{{3, 4}}, true, {}}},
      {R"({"t": "refusals_settled", "v": 1, "at": 5, "by": "anna", "letters": [3, 4], "accept": false})",
       refusals_settled{{{3, 4}}, false, {}}},
      {R"({"t": "refusals_settled", "v": 1, "at": 5, "by": "anna", "letters": [3, 4], "accept": false, )"
       R"("retry_at": 300005})",
       refusals_settled{{{3, 4}}, false, timestamp{milliseconds{300'005}}}},
      {R"({"t": "trial_passed", "v": 1, "at": 5, "by": "anna"})", trial_passed{}},
      {R"({"t": "relay_failed", "v": 1, "at": 5, "by": "anna", "text": "refused"})", relay_failed{"refused"}},
      {R"({"t": "relay_recovered", "v": 1, "at": 5, "by": "anna"})", relay_recovered{}},
      {R"({"t": "drained", "v": 1, "at": 5, "by": "anna", "accepted": 18, "refused": 1, "deferred": 0,)"
       R"( "in_doubt": 1, "returned": 2, "took_ms": 41})",
       drained{{18, 1, 0, 1, 2}, milliseconds{41}}},
      {R"({"t": "finished", "v": 1, "at": 5, "by": "anna"})", finished{}},
  };
}

} // namespace

TEST_CASE("every record of version 1 is read, and written today as it was then") {
  std::set<std::string_view> types;
  for (const auto& one : version_1()) {
    INFO(one.record);
    const auto record = json::to_cbor(json::parse(one.record));
    const event expected{timestamp{milliseconds{5}}, "anna", one.body};
    const auto read = decode_event(record);
    REQUIRE(read.has_value());
    CHECK(*read == expected);
    CHECK(encode_event(expected) == record);
    types.insert(type_of(one.body));
  }
  CHECK(types.size() == std::variant_size_v<event_body>);
}

TEST_CASE("what a content's hash was made of is in later versions, with who has to approve it") {
  const content_parts parts{{"a", "b", "c", "d", "e", "f", "g", "h"}, {{"", "smtp://mail.example"}}};
  const auto content =
      R"("content": {"hashes": {"message": "a", "headers": "b", "attachments": "c", "partials": "d", "audience": "e",)"
      R"( "plan": "f", "sender": "g", "relays": "h"}, "relays": {"": "smtp://mail.example"}})";
  const auto given = json::parse(
      std::string{R"({"t": "approved", "v": 2, "at": 5, "words": "fine", "content_hash": "cd", )"} + content +
      "}");
  const event approval{timestamp{milliseconds{5}}, "", approved{"fine", "cd", parts}};
  CHECK(decode_event(json::to_cbor(given)).value() == approval);
  CHECK(encode_event(approval) == json::to_cbor(given));
  const auto started = json::parse(
      std::string{R"({"t": "submitted", "v": 3, "at": 5, "reasons": [], "content_hash": "cd", )"} + content +
      R"(, "approval": {"two_people": true, "needed": 2, "expires_ms": 1000, "author": "olga", "last_editor": ""}})");
  const event start{timestamp{milliseconds{5}}, "",
                    submitted{{}, "cd", {}, parts, {true, 2, milliseconds{1000}, "olga", ""}}};
  CHECK(decode_event(json::to_cbor(started)).value() == start);
  CHECK(encode_event(start) == json::to_cbor(started));
  for (const auto& wrong :
       {R"({"approval": null})", R"({"approval": {"needed": -1}})", R"({"v": 4})",
        R"({"content": {"hashes": {"message": ""}}})", R"({"content": {"relays": []}})"}) {
    auto changed = started;
    changed.merge_patch(json::parse(wrong));
    CHECK_FALSE(decode_event(json::to_cbor(changed)).has_value());
  }
}

TEST_CASE("letters that wait after they were in doubt are a second version, which names the moment") {
  const auto text = json::parse(
      R"({"t": "doubt_settled", "v": 2, "at": 5, "letters": [3, 4], "resend": true, "retry_at": 300005})");
  const event expected{timestamp{milliseconds{5}}, "",
                       doubt_settled{{{3, 4}}, true, timestamp{milliseconds{300'005}}}};
  CHECK(decode_event(json::to_cbor(text)).value() == expected);
  CHECK(encode_event(expected) == json::to_cbor(text));
  for (const auto& wrong :
       {R"({"retry_at": 0})", R"({"retry_at": null})", R"({"resend": false})", R"({"v": 3})"}) {
    auto changed = text;
    changed.merge_patch(json::parse(wrong));
    CHECK_FALSE(decode_event(json::to_cbor(changed)).has_value());
  }
}

TEST_CASE(
    "a lifted hold with a trial is a second version, an outcome that is a provisional refusal a third") {
  const std::vector<std::pair<const char*, event_body>> records{
      {R"({"t": "resumed", "v": 2, "at": 5, "words": "mended", "trial": 50})", resumed{"mended", 50}},
      {R"({"t": "released", "v": 2, "at": 5, "words": "", "trial": 1})", released{"", 1}},
      {R"({"t": "settled", "v": 3, "at": 5, "groups": [{"outcome": "deferred", "letters": [3, 4], "code": 550,
           "enhanced": "5.7.1", "text": "no", "provisional": true}]})",
       settled{{{letter_state::deferred, {{3, 4}}, {550, "5.7.1", "no"}, {}, true}}}}};
  for (const auto& [record, body] : records) {
    INFO(record);
    const auto text = json::parse(record);
    const event expected{timestamp{milliseconds{5}}, "", body};
    CHECK(decode_event(json::to_cbor(text)).value() == expected);
    CHECK(encode_event(expected) == json::to_cbor(text));
    auto newer = text;
    newer["v"] = text["v"].get<int>() + 1;
    CHECK_FALSE(decode_event(json::to_cbor(newer)).has_value());
  }
}

TEST_CASE("what a campaign with tags is made and edited by is a fourth version") {
  auto spec = a_spec();
  spec.tags = {"spring", "весна"};
  for (const auto& body : {event_body(created{spec, {{4}, "customers", 9, "ab"}}),
                           event_body(edited{spec, {{4}, "customers", 9, "ab"}})}) {
    auto text = json::parse(created_record);
    text["t"] = type_of(body);
    text["v"] = 4;
    text["spec"]["tags"] = {"spring", "весна"};
    const event expected{timestamp{milliseconds{5}}, "anna", body};
    CHECK(decode_event(json::to_cbor(text)).value() == expected);
    CHECK(encode_event(expected) == json::to_cbor(text));
    text["v"] = 5;
    CHECK_FALSE(decode_event(json::to_cbor(text)).has_value());
  }
}

TEST_CASE("a claim is these bytes") {
  const std::vector<std::uint8_t> record{
      0xA4,                                                                       // four fields
      0x62, 'a',  't',  0x1B, 0,    0,    0x01, 0xA2, 0x31, 0x14, 0xA6, 0x80,     // "at": 1796119766656
      0x67, 'l',  'e',  't',  't',  'e',  'r',  's',                              //
      0x82, 0x19, 0x01, 0xF4, 0x19, 0x02, 0x58,                                   // [500, 600]
      0x61, 't',  0x67, 'c',  'l',  'a',  'i',  'm',  'e',  'd',  0x61, 'v',  1}; // "t": "claimed", "v": 1
  const event claim{timestamp{milliseconds{0x01A2'3114'A680}}, "", claimed{{{500, 600}}}};
  CHECK(encode_event(claim) == record);
  CHECK(decode_event(record).value() == claim);
}
