// What the audit says of campaigns that were removed: nothing against those that the house's log tells of.
#include "actors/audit/audit.hpp"
#include "actors/audit/house_audit.hpp"
#include "actors/audit/log_history.hpp"
#include "actors/audit/recovery.hpp"
#include "actors/audit/seal.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::examples;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

constexpr campaign_id removed_one{1};
constexpr campaign_id kept_one{2};

/// Two campaigns, one of which was cancelled, and a key to seal with.
struct auditing {
  temporary_folder folder;
  std::unique_ptr<store> stored = make_memory_store();
  ed25519_key key = expect(ed25519_key::load_or_make(folder.path() / "seal.key"));

  auditing() {
    for (const auto id : {removed_one, kept_one})
      expect(append_now(stored->journal(),
                        request(id, 0, {{t0, "", created{spec(), {}}}, {t0, "", cancelled{}}})));
  }
  log_seal seal() { return expect(seal_logs(*stored, key, t0)); }
  house::campaign_removed removal() {
    const auto head = expect(std::as_const(*stored).journal().head(removed_one));
    return {.campaign = removed_one,
            .name = "Spring",
            .status = "cancelled",
            .audience = {},
            .last = head.number,
            .hash = to_hex(head.hash),
            .over_since = t0};
  }
  void remove() { expect(stored->removed_campaigns().remove(removal(), {{}, t0 + 1h})); }
  audit_report report(std::optional<campaign_id> only = {}) {
    return expect(verify_logs(*stored, {.only = only}));
  }
  audit_report report_against(const log_seal& seal, std::optional<campaign_id> only = {}) {
    return expect(verify_sealed(*stored, {.only = only}, seal, ""));
  }
};

} // namespace

TEST_CASE("audit: a removed campaign is no fault, and what was sealed of its end holds") {
  auditing at;
  const auto before = at.seal();
  at.remove();
  CHECK(at.report().faults.empty());
  CHECK(at.report().campaigns == 1);
  const auto held = at.report_against(before);
  CHECK(held.faults.empty());
  CHECK(held.remarks.empty());
  CHECK(held.campaigns == 1);
  CHECK(at.report_against(before, removed_one).faults.empty());
  CHECK(at.report_against(at.seal()).faults.empty());
  CHECK(to_json(held)["remarks"] == nlohmann::json::array());
}

TEST_CASE(
    "audit: a seal of before a removed campaign's last event is told to be past checking, and is no fault") {
  auditing at;
  auto before = at.seal();
  before.heads.front().number = 1;
  before.heads.front().hash = {};
  before = signed_again(std::move(before), at.key);
  at.remove();
  const auto held = at.report_against(before);
  CHECK(held.faults.empty());
  REQUIRE(held.remarks.size() == 1);
  const auto& remark = held.remarks.front();
  CHECK(remark.campaign == removed_one);
  CHECK(remark.number == 1);
  CHECK(remark.notice == notice{"removed_since_sealed", {{"at", t0 + 1h}, {"last", 2}}});
  CHECK(to_json(held)["remarks"][0]["campaign"] == "c1");
}

TEST_CASE("audit: a removal that hides a log that was cut, or another, is a fault by the seal of before") {
  const auto fault_by = [](const std::function<void(sealed_head&)>& change) {
    auditing at;
    auto before = at.seal();
    change(before.heads.front());
    before = signed_again(std::move(before), at.key);
    at.remove();
    const auto faults = at.report_against(before).faults;
    REQUIRE(faults.size() == 1);
    CHECK(faults.front().campaign == removed_one);
    return faults.front();
  };
  const auto cut = fault_by([](sealed_head& head) { head.number = 3; });
  CHECK(cut.number == 3);
  CHECK_THAT(cut.what, Catch::Matchers::ContainsSubstring("the log ended with event 2"));
  const auto other = fault_by([](sealed_head& head) { head.hash.front() ^= 1U; });
  CHECK(other.number == 2);
  CHECK_THAT(other.what, Catch::Matchers::ContainsSubstring("another event"));
}

TEST_CASE("audit: a log that is gone is a fault where the house's log tells of no removal") {
  auditing at;
  const auto before = at.seal();
  const auto empty = make_memory_store();
  expect(append_now(empty->journal(),
                    request(kept_one, 0, {{t0, "", created{spec(), {}}}, {t0, "", cancelled{}}})));
  const auto faults = expect(verify_sealed(*empty, {}, before, "")).faults;
  REQUIRE_FALSE(faults.empty());
  CHECK(std::ranges::any_of(faults, [](const audit_fault& one) {
    return one.campaign == removed_one && one.what == "its whole log is gone";
  }));
}

TEST_CASE("audit: an event that tells of the removal of a campaign whose log is there is a fault") {
  auditing at;
  expect(at.stored->house().record({{t0, {}, at.removal()}}));
  const auto faults = at.report().faults;
  REQUIRE(faults.size() == 1);
  CHECK(faults.front().is_house);
  CHECK(faults.front().number == 2);
  CHECK(faults.front().notice.code == "removed_campaign_there");
}

TEST_CASE("whoever asks for a removed campaign's log is told that it was removed, and the house's replay "
          "counts it") {
  auditing at;
  at.remove();
  const auto code_of = [](const auto& refused) {
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == error_code::not_found);
    return refused.error().notice.code;
  };
  const auto& from = *at.stored;
  CHECK(code_of(recover(from, removed_one)) == "campaign_removed");
  CHECK(code_of(content_of(from, removed_one)) == "campaign_removed");
  CHECK(code_of(replay_log(from, removed_one, {})) == "campaign_removed");
  CHECK(code_of(replay_log(from, removed_one, {.number = {}, .time = t0})) == "campaign_removed");
  CHECK(code_of(verify_logs(from, {.only = removed_one})) == "campaign_removed");
  CHECK(code_of(campaigns_to_export(from, removed_one)) == "campaign_removed");
  CHECK(code_of(recover(from, {99})) == "campaign_unknown");
  CHECK(expect(replay_house(from, 0))["campaigns_removed"] == 1);
}
