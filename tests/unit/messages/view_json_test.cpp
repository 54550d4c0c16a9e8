// A campaign as GET /v1/campaigns/{id} shows it, field by field.
#include "messages/json.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const timestamp nine{1'796'115'600s}; // 1 Dec 2026 09:00

campaign_view paused_campaign() {
  campaign_view view;
  view.id = {17};
  view.version = 42;
  view.stage = stage::sending;
  view.hold = hold{"anna", hold_reason::operator_request, "wrong link", nine + 1h};
  view.spec = {"Autumn sale",
               "Shop <news@shop.example>",
               "",
               "Hello",
               "Hi",
               "",
               "https://shop.example/u",
               {nine, parts{200, 30min, 0}},
               doubt_policy::resend};
  view.spec.tags = {"spring"};
  view.audience = {{4}, "customers", 1000, "hash"};
  view.created_at = nine - 24h;
  view.changed_at = nine + 1h;
  view.t0 = nine + 5min;
  view.next_part = upcoming_part{nine + 65min, 200};
  view.refused_for_now = 2;
  view.drain = drain{nine + 1h, 20, {18, 1, 0, 1, 0}, nine + 1h + 41ms};
  view.counts = {1000, 600, {500, 20, 400, 30, 5, 40, 5}};
  view.next_retry_at = nine + 70min;
  view.rate = 12.5;
  view.relay_trouble = relay_trouble{nine + 50min, "cannot connect: connection refused",
                                     notice{"cannot_connect", {{"fault", "connection refused"}}}};
  view.moderation_reasons = {"campaign number 1 of shop.example"};
  view.moderation_words = "fine";
  view.content_hash = "abcd";
  view.submitted_at = nine - 23h;
  return view;
}

} // namespace

TEST_CASE("a campaign is shown with the fields of the interfaces") {
  CHECK(to_json(paused_campaign()) == json::parse(R"({
    "id": "c17", "name": "Autumn sale", "status": "paused", "stage": "sending",
    "drain": {"since": "2026-12-01T10:00:00Z", "in_flight": 20, "accepted": 18, "refused": 1, "deferred": 0,
              "in_doubt": 1, "returned": 0, "ended_at": "2026-12-01T10:00:00.041Z"},
    "hold": {"by": "anna", "reason": "operator", "text": "wrong link", "notice": null, "since": "2026-12-01T10:00:00Z",
             "trial": 0},
    "trial": null, "relay_pace": null, "delays": {"letters": 3, "next_at": "2026-12-01T10:10:00Z", "last": null}, "refusals": {"provisional": 2}, "accepted_resent": 0, "relays_failing": [],
    "from": "Shop <news@shop.example>", "reply_to": "", "subject": "Hello", "text": "Hi", "html": "",
    "unsubscribe_url": "https://shop.example/u", "on_doubt": "resend",
    "audience": {"id": "a4", "name": "customers", "size": 1000}, "tags": ["spring"],
    "plan": {"start_at": "2026-12-01T09:00:00Z", "parts": {"size": 200, "every": "30m", "growth": 0}},
    "plan_words": "1 Dec 2026 09:00, 200 letters every 30 min",
    "created_at": "2026-11-30T09:00:00Z", "changed_at": "2026-12-01T10:00:00Z",
    "submitted_at": "2026-11-30T10:00:00Z", "starts_at": "2026-12-01T09:05:00Z",
    "next_part": {"at": "2026-12-01T10:05:00Z", "letters": 200}, "released": false,
    "counts": {"total": 1000, "due": 600, "pending": 500, "in_flight": 20, "accepted": 400, "refused": 30,
               "deferred": 5, "skipped": 40, "in_doubt": 5},
    "rate": 12.5, "relay_trouble": {"since": "2026-12-01T09:50:00Z", "text": "cannot connect: connection refused",
                                        "notice": {"code": "cannot_connect", "fault": "connection refused"}},
    "moderation": {"reasons": ["campaign number 1 of shop.example"], "words": "fine", "content_hash": "abcd",
                   "content_hash_version": 0,
                   "approvals": {"author": "", "last_editor": "", "given": [], "needed": 1, "two_people": false,
                                 "expires_at": null},
                   "notices": [{"code": "text", "text": "campaign number 1 of shop.example"}]},
    "allowed": [], "version": 42, "fault": null, "fault_notice": null})"));
}

TEST_CASE("what a campaign does not have is shown as null") {
  const auto shown = to_json(campaign_view{});
  for (const auto* field :
       {"hold", "trial", "drain", "audience", "starts_at", "next_part", "relay_trouble", "delays", "fault"}) {
    INFO(field);
    CHECK(shown.at(field).is_null());
  }
  CHECK(shown["status"] == "draft");
  CHECK(shown["moderation"]["reasons"] == json::array());
}

TEST_CASE("a relay's trouble has whose it is, what to do and what was tried, where people look at it") {
  auto view = paused_campaign();
  view.relay_help = relay_help{"relay", "see that it runs", notice{"advice_unreachable"}};
  auto shown = to_json(view)["relay_trouble"];
  CHECK(shown["about"] == "relay");
  CHECK(shown["advice"] ==
        json::parse(R"({"text": "see that it runs", "notice": {"code": "advice_unreachable"}})"));
  CHECK(shown["tries"].is_null());
  view.relay_help = relay_help{"account", "", {}};
  view.relay_tries = relay_tries{4, nine, nine + 2min};
  shown = to_json(view)["relay_trouble"];
  CHECK(shown["about"] == "account");
  CHECK(shown["advice"].is_null());
  CHECK(shown["tries"] ==
        json::parse(R"({"count": 4, "since": "2026-12-01T09:00:00Z", "next_at": "2026-12-01T09:02:00Z"})"));
}

TEST_CASE("letters that are put off have what was said last, and of a refusal for now it is not said") {
  auto view = paused_campaign();
  view.responses = {{{450, "4.2.0", "Greylisted"}, 3, nine, nine + 1min, 7},
                    {{451, "4.7.1", "later"}, 9, nine, nine + 2min, 8},
                    {{550, "5.7.0", "no"}, 2, nine, nine + 3min, 9}};
  CHECK(to_json(view)["delays"]["last"] == json::parse(R"({"text": "451 4.7.1 later", "letters": 9,
        "first_seen": "2026-12-01T09:00:00Z", "last_seen": "2026-12-01T09:02:00Z"})"));
  view.refused_for_now = 5;
  CHECK(to_json(view)["delays"].is_null());
}

TEST_CASE("before T0 is fixed, a campaign starts when its plan says") {
  auto view = paused_campaign();
  view.t0.reset();
  CHECK(to_json(view)["starts_at"] == "2026-12-01T09:00:00Z");
}

TEST_CASE("a hold of the engine says how many letters leave first, the trial that is under way what became "
          "of them") {
  auto view = paused_campaign();
  view.hold = hold{"", hold_reason::relay_refuses, "10 letters were refused", nine, {}};
  view.trial_on_resume = 50;
  CHECK(to_json(view)["hold"]["trial"] == 50);
  CHECK(to_json(view)["hold"]["reason"] == "relay_refuses");
  view.hold.reset();
  view.trial = trial_view{50, {{0, 10}, {20, 22}}, 7, 2, 1};
  CHECK(
      to_json(view)["trial"] ==
      json::parse(R"({"letters": 50, "outcomes": {"begun": 12, "accepted": 7, "refused": 2, "others": 1}})"));
}

TEST_CASE("a released campaign and a parked one say so") {
  auto view = paused_campaign();
  view.released_at = nine + 2h;
  view.fault = "its log cannot be read";
  CHECK(to_json(view)["released"] == true);
  CHECK(to_json(view)["fault"] == "its log cannot be read");
}

TEST_CASE("a response is shown with how often it came and an example") {
  const response_group group{{550, "5.1.1", "User unknown"}, 7, nine, nine + 1h, 12};
  CHECK(to_json(group) ==
        json::parse(R"({"code": 550, "enhanced": "5.1.1", "text": "User unknown", "notice": null, "count": 7,
    "first_seen": "2026-12-01T09:00:00Z", "last_seen": "2026-12-01T10:00:00Z", "example_letter": 12})"));
}
