// Logs that break one rule each, and what the audit says of them.
#include "actors/audit/audit.hpp"
#include "actors/audit/seal.hpp"
#include "actors/core/state_codec.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <future>
#include <sys/stat.h>
#include <unistd.h>

using namespace sluice;
using namespace sluice::examples;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

/// A log in the making, and the audit of it.
class log_of {
public:
  log_of& at(timestamp moment) {
    now_ = moment;
    return *this;
  }
  log_of& by(std::string who) {
    by_ = std::move(who);
    return *this;
  }
  log_of& add(std::vector<event_body> bodies) {
    std::vector<event> events;
    for (auto& body : bodies)
      events.push_back({now_, by_, std::move(body)});
    number_ = expect(append_now(store_->journal(), request({1}, number_, std::move(events))));
    return *this;
  }
  event_number number() const { return number_; }
  store& stored() { return *store_; }
  audit_report report() { return expect(verify_logs(*store_, {})); }

  /// The one fault: of the last event, with these words.
  void is_faulty_at_its_end(const std::string& words) {
    const auto found = report();
    REQUIRE(found.faults.size() == 1);
    CHECK(found.faults.front().campaign == campaign_id{1});
    CHECK(found.faults.front().number == number_);
    CHECK_THAT(found.faults.front().what, Catch::Matchers::ContainsSubstring(words));
  }
  void is_right() {
    const auto found = report();
    CHECK(found.campaigns == 1);
    CHECK(found.events == number_);
    CHECK(found.faults.empty());
  }

private:
  std::unique_ptr<store> store_ = make_memory_store();
  timestamp now_ = t0;
  std::string by_;
  event_number number_ = 0;
};

/// Ten letters, three a part, sending since t0; the campaign was made an hour before.
log_of sending_in_parts(doubt_policy on_doubt = doubt_policy::resend) {
  auto content = spec_in_parts(3, 10min);
  content.on_doubt = on_doubt;
  log_of log;
  log.at(t0 - 1h).add({created{content, audience(10)}});
  log.at(t0).add({submitted{{}, "hash"}, scheduled{t0}, sending_began{}});
  return log;
}

settled outcome(letter_state what, letter_ranges letters, timestamp retry_at = {}) {
  return settled{{settled_group{what, std::move(letters), {250, "", "words"}, retry_at}}};
}

} // namespace

TEST_CASE("audit: a log that keeps every rule has no fault") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 3}}}, outcome(letter_state::accepted, {{0, 2}}),
           outcome(letter_state::deferred, {{2, 3}}, t0 + 5min)});
  log.at(t0 + 5min).add({claimed{{{2, 3}}}, outcome(letter_state::accepted, {{2, 3}})});
  log.add({paused{}}).at(t0 + 1h).add({resumed{}, claimed{{{3, 10}}}});
  log.add({outcome(letter_state::accepted, {{3, 10}}), finished{}});
  log.is_right();
}

TEST_CASE("audit: a letter that was claimed before it was due is a fault (rule 2)") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 4}}}}).is_faulty_at_its_end("claimed before they were due");
}

TEST_CASE("audit: a deferred letter that was claimed before its time is a fault (rule 2)") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 3}}}, outcome(letter_state::deferred, {{0, 3}}, t0 + 5min)});
  log.at(t0 + 4min).add({claimed{{{1, 2}}}}).is_faulty_at_its_end("deferred letter was claimed before");
}

TEST_CASE("audit: a letter that was claimed under a hold is a fault (rule 3)") {
  auto log = sending_in_parts();
  log.add({paused{}, claimed{{{0, 1}}}}).is_faulty_at_its_end("not sending, or held");
}

TEST_CASE("audit: a letter that was claimed after a cancel is a fault (rules 3 and 5)") {
  auto log = sending_in_parts();
  log.add({cancelled{}, claimed{{{0, 1}}}}).is_faulty_at_its_end("not sending, or held");
}

TEST_CASE(
    "audit: a campaign that was scheduled without the approval that was asked for is a fault (rule 3)") {
  log_of log;
  log.add({created{spec(), audience(10)}, submitted{{"first campaign"}, "hash"}, scheduled{t0}});
  log.is_faulty_at_its_end("before the approval that was asked for");
}

TEST_CASE("audit: with the approval it is none") {
  log_of log;
  log.add({created{spec(), audience(10)}, submitted{{"first campaign"}, "hash"}});
  log.add({approved{"fine", "hash"}, scheduled{t0}}).is_right();
}

TEST_CASE("audit: an approval of other content than was checked is a fault (rule 3)") {
  log_of log;
  log.add({created{spec(), audience(10)}, submitted{{"first campaign"}, "hash"}, approved{"fine", "other"}});
  log.is_faulty_at_its_end("approval was for other content");
}

TEST_CASE("audit: a letter that was claimed before its campaign was approved is a fault (rule 3)") {
  log_of log;
  log.add({created{spec(), audience(10)}, submitted{{"first campaign"}, "hash"}, claimed{{{0, 1}}}});
  log.is_faulty_at_its_end("not sending, or held");
}

TEST_CASE("audit: a letter that was claimed twice is a fault (rule 4)") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 3}}}, claimed{{{2, 3}}}}).is_faulty_at_its_end("claimed that are not to be sent");
}

TEST_CASE("audit: a letter may be claimed again after it was returned and out of doubt (rule 4)") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 3}}}, outcome(letter_state::pending, {{0, 2}}),
           outcome(letter_state::in_doubt, {{2, 3}}), doubt_settled{{{2, 3}}, true}, claimed{{{0, 3}}}});
  log.is_right();
}

TEST_CASE("audit: an outcome without a claim is a fault (rule 4)") {
  auto log = sending_in_parts();
  log.add({outcome(letter_state::accepted, {{0, 1}})}).is_faulty_at_its_end("settled that were not claimed");
}

TEST_CASE("audit: a final letter that changed is a fault (rule 5)") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 1}}}, outcome(letter_state::accepted, {{0, 1}}),
           outcome(letter_state::refused, {{0, 1}})});
  log.is_faulty_at_its_end("settled that were not claimed");
}

TEST_CASE("audit: a final letter that was claimed again is a fault (rule 5)") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 1}}}, outcome(letter_state::refused, {{0, 1}}), claimed{{{0, 1}}}});
  log.is_faulty_at_its_end("claimed that are not to be sent");
}

TEST_CASE("audit: what was claimed before a cancel may still get its outcome, nothing else may (rule 5)") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 1}}}, cancelled{}, outcome(letter_state::accepted, {{0, 1}})}).is_right();
  log.add({outcome(letter_state::skipped, {{1, 2}})}).is_faulty_at_its_end("after the campaign's end");
}

TEST_CASE("audit: a campaign that goes on after its end is a fault (rule 5)") {
  for (const auto& body : std::vector<event_body>{paused{}, released{}, cancelled{}, sending_began{},
                                                  relay_failed{"gone"}, relay_recovered{}, finished{}}) {
    auto log = sending_in_parts();
    log.add({cancelled{}}).is_right();
    CAPTURE(type_of(body));
    log.add({body}).is_faulty_at_its_end("");
  }
}

TEST_CASE("audit: a campaign that ended with an open letter is a fault (rule 7)") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 3}}}, outcome(letter_state::accepted, {{0, 3}}), finished{}});
  log.is_faulty_at_its_end("ended before every letter had a final outcome");
}

TEST_CASE(
    "audit: under `hold` a letter in doubt that leaves again without a person's word is a fault (rule 7)") {
  auto log = sending_in_parts(doubt_policy::hold);
  log.add({claimed{{{0, 2}}}, outcome(letter_state::in_doubt, {{0, 2}})});
  log.by("ada").add({doubt_settled{{{0, 1}}, true}}).is_right();
  log.by("").add({doubt_settled{{{1, 2}}, true}}).is_faulty_at_its_end("a person was to decide about");
}

TEST_CASE("audit: a letter outside of the audience is a fault (rule 1)") {
  auto log = sending_in_parts();
  log.at(t0 + 24h).add({claimed{{{9, 11}}}}).is_faulty_at_its_end("claimed");
}

TEST_CASE("audit: time that goes backwards is a fault") {
  auto log = sending_in_parts();
  log.at(t0 - 1ms).add({paused{}}).is_faulty_at_its_end("time went backwards");
}

TEST_CASE("audit: a plan's zero that is not the later of start_at and the start is a fault") {
  const auto scheduled_at = [](std::optional<timestamp> start_at, timestamp zero) {
    auto content = spec();
    content.plan.start_at = start_at;
    log_of log;
    log.at(t0 - 1h).add({created{content, audience(10)}});
    log.at(t0).add({submitted{{}, "hash"}, scheduled{zero}});
    return log;
  };
  scheduled_at(std::nullopt, t0).is_right();
  scheduled_at(t0 + 1h, t0 + 1h).is_right();
  scheduled_at(t0 - 2h, t0).is_right();
  scheduled_at(std::nullopt, t0 - 2h).is_faulty_at_its_end("zero");
  scheduled_at(std::nullopt, t0 + 1h).is_faulty_at_its_end("zero");
  scheduled_at(t0 + 1h, t0).is_faulty_at_its_end("zero");
  scheduled_at(t0 - 2h, t0 - 2h).is_faulty_at_its_end("zero");
}

TEST_CASE("audit: a plan's zero that was moved is a fault") {
  auto log = sending_in_parts();
  log.add({scheduled{t0}}).is_faulty_at_its_end("fixed twice");
}

TEST_CASE("audit: a campaign that sends before its plan's zero is a fault") {
  auto content = spec();
  content.plan.start_at = t0 + 1h;
  log_of log;
  log.add({created{content, audience(10)}, submitted{{}, "hash"}, scheduled{t0 + 1h}, sending_began{}});
  log.is_faulty_at_its_end("before the plan's zero");
}

TEST_CASE("audit: a log that does not begin with its creation is a fault") {
  log_of log;
  log.add({paused{}}).is_faulty_at_its_end("does not begin with its creation");
}

TEST_CASE("audit: a snapshot that shows another state than the log adds up to is a fault (rule 6)") {
  auto log = sending_in_parts();
  log.add({claimed{{{0, 3}}}});
  auto state = sending(10, spec_in_parts(3, 10min));
  evolve(state, event{t0, "", claimed{{{0, 2}}}});
  log.stored().snapshots().save({1}, {log.number(), encode_state(state)});
  log.is_faulty_at_its_end("the snapshot shows another state");
}

TEST_CASE("audit: a campaign that never was is not found, instead of being found in order") {
  const auto store = make_memory_store();
  const auto report = verify_logs(*store, {.only = campaign_id{99}, .seal = nullptr, .threads = 1});
  REQUIRE_FALSE(report);
  CHECK(report.error().code == error_code::not_found);
}

TEST_CASE("audit: many campaigns are checked by several threads, and faults come in the campaigns' order") {
  const auto stored = make_memory_store();
  for (std::uint64_t id = 1; id <= 40; ++id) {
    std::vector<event> events{{t0, "", created{spec(), audience(10)}}};
    if (id % 10 == 0)
      events.push_back({t0, "", finished{}});
    expect(append_now(stored->journal(), request({id}, 0, events)));
  }
  const auto report = expect(verify_logs(*stored, {.only = {}, .seal = nullptr, .threads = 4}));
  CHECK(report.campaigns == 40);
  CHECK(report.events == 44);
  REQUIRE(report.faults.size() == 4);
  for (std::uint64_t at = 0; at < 4; ++at) {
    CHECK(report.faults[at].campaign.value == 10 * (at + 1));
    CHECK(report.faults[at].number == 2);
  }
}

namespace {

ed25519_key key_in(const temporary_folder& folder, const std::string& name = "seal.key") {
  return expect(ed25519_key::load_or_make(folder.path() / name));
}

audit_report report_against(log_of& log, const log_seal& seal, const std::string& signer = "") {
  return expect(verify_sealed(log.stored(), {}, seal, signer));
}

} // namespace

TEST_CASE("seal: a log that has grown since is still as sealed; read back from JSON too") {
  const temporary_folder folder;
  auto log = sending_in_parts();
  const auto seal = expect(seal_logs(log.stored(), key_in(folder), t0));
  log.add({claimed{{{0, 3}}}});
  const auto again = expect(seal_from_json(nlohmann::json::parse(to_json(seal).dump())));
  CHECK(again.heads == seal.heads);
  CHECK(report_against(log, again).faults.empty());
  CHECK(report_against(log, again, to_hex(key_in(folder).public_key())).faults.empty());
}

TEST_CASE("seal: a log that is shorter, another, or gone is a fault that names the campaign and the event") {
  const temporary_folder folder;
  auto log = sending_in_parts();
  log.add({claimed{{{0, 3}}}});
  const auto seal = expect(seal_logs(log.stored(), key_in(folder), t0));

  auto shorter = sending_in_parts();
  const auto cut = report_against(shorter, seal).faults;
  REQUIRE(cut.size() == 1);
  CHECK(cut.front().number == 5);
  CHECK_THAT(cut.front().what, Catch::Matchers::ContainsSubstring("shorter than sealed"));

  auto other = sending_in_parts();
  other.add({claimed{{{0, 2}}}});
  const auto altered = report_against(other, seal).faults;
  REQUIRE(altered.size() == 1);
  CHECK(altered.front().number == 5);
  CHECK_THAT(altered.front().what, Catch::Matchers::ContainsSubstring("not the event that was sealed"));

  log_of none;
  const auto gone = report_against(none, seal).faults;
  REQUIRE_FALSE(gone.empty());
  CHECK(gone.front().campaign == campaign_id{1});
  CHECK_THAT(gone.front().what, Catch::Matchers::ContainsSubstring("its whole log is gone"));
}

TEST_CASE("seal: one that was altered in any part is a fault, and so is another's") {
  const temporary_folder folder;
  auto log = sending_in_parts();
  const auto seal = expect(seal_logs(log.stored(), key_in(folder), t0));
  const auto fault_of = [&](const log_seal& altered, const std::string& signer = "") {
    const auto faults = report_against(log, altered, signer).faults;
    return faults.empty() ? std::string{} : faults.front().what;
  };
  auto altered = seal;
  altered.at += 1ms;
  CHECK_THAT(fault_of(altered), Catch::Matchers::ContainsSubstring("signature is wrong"));
  altered = seal;
  --altered.heads.front().number;
  CHECK_THAT(fault_of(altered), Catch::Matchers::ContainsSubstring("signature is wrong"));
  altered = seal;
  altered.heads.clear();
  CHECK_THAT(fault_of(altered), Catch::Matchers::ContainsSubstring("signature is wrong"));
  altered = seal;
  altered.signature.front() ^= 1U;
  CHECK_THAT(fault_of(altered), Catch::Matchers::ContainsSubstring("signature is wrong"));
  altered = seal;
  altered.public_key = key_in(folder, "other.key").public_key();
  CHECK_THAT(fault_of(altered), Catch::Matchers::ContainsSubstring("signature is wrong"));
  const auto others = signed_again(seal, key_in(folder, "other.key"));
  CHECK(fault_of(others).empty());
  CHECK_THAT(fault_of(others, to_hex(seal.public_key)),
             Catch::Matchers::ContainsSubstring("another key than the one given"));
  CHECK_FALSE(verify_sealed(log.stored(), {}, seal, "no key").has_value());
}

TEST_CASE("seal: signatures are those of RFC 8032") {
  // Section 7.1, test 2.
  ed25519_public_key key;
  ed25519_signature signature;
  REQUIRE(from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", key));
  REQUIRE(from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                   "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
                   signature));
  CHECK(is_signed_by(key, "\x72", signature));
  CHECK_FALSE(is_signed_by(key, "\x73", signature));
}

TEST_CASE("seal: the key is made once, for its owner alone; a file that is none is refused") {
  const temporary_folder folder;
  const auto first = key_in(folder).public_key();
  CHECK(key_in(folder).public_key() == first);
  struct stat found{};
  REQUIRE(::stat((folder.path() / "seal.key").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0600U);
  std::ofstream(folder.path() / "notes") << "my notes\n";
  CHECK(ed25519_key::load_or_make(folder.path() / "notes").error().code == error_code::invalid_input);
  CHECK(ed25519_key::load_or_make(folder.path() / "no/such/folder").error().code ==
        error_code::storage_failed);
}

TEST_CASE("seal: the key is made although one who made it was killed, and once by many at one moment") {
  const temporary_folder folder;
  std::ofstream(folder.path() / ("seal.key." + std::to_string(::getpid()))) << "half a k";
  std::vector<std::future<result<ed25519_key>>> making;
  for (auto number = 0; number < 8; ++number)
    making.push_back(std::async(std::launch::async,
                                [&] { return ed25519_key::load_or_make(folder.path() / "seal.key"); }));
  const auto kept = key_in(folder).public_key();
  for (auto& one : making)
    CHECK(expect(one.get()).public_key() == kept);
}
