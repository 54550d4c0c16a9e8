// Who approves, for how long that holds, and what becomes of a campaign whose content is not the one that was approved.

#include "actors/audit/audit.hpp"
#include "actors/audit/rule_auditor.hpp"
#include "actors/core/approvals.hpp"
#include "actors/core/content_hash.hpp"
#include "messages/check.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/examples.hpp"

#include <algorithm>

namespace sluice {
namespace {

using namespace std::chrono_literals;
using examples::spec;
using examples::spec_in_parts;
using testing::actor_fixture;

node_settings moderated() {
  auto settings = actor_fixture::quiet_settings();
  settings.moderation.first_campaigns = 100;
  return settings;
}

void add_token(actor_fixture& node, role what, const std::string& name) {
  node.parts->store->tokens().create(what, name, {{}, node.now()}).value();
}

command asked_by(const std::string& who, command_kind kind, bool may_approve = true) {
  command made{kind, who, "", "", {}};
  made.may_approve = may_approve;
  return made;
}

std::string code_of(const result<command_answer>& answer) {
  return answer ? std::string{"done"} : answer.error().notice.code;
}

void check_verified(actor_fixture& node) {
  const auto report = verify_logs(*node.parts->store, {});
  REQUIRE(report.has_value());
  for (const auto& fault : report->faults)
    FAIL(fault.what);
}

std::size_t count_of(const actor_fixture& node, campaign_id id, std::string_view type) {
  const auto log = node.log(id);
  return static_cast<std::size_t>(
      std::ranges::count_if(log, [&](const event& one) { return type_of(one.body) == type; }));
}

/// As the process dies and comes back with these relays.
void come_back_with(actor_fixture& node, relay_servers servers) {
  node.servers = std::move(servers);
  node.crash();
}

} // namespace

TEST_CASE("of two people neither author nor last editor approves, where the setting says so") {
  auto settings = moderated();
  settings.moderation.two_people = two_people::on;
  actor_fixture node(settings);
  for (const std::string name : {"test", "olga", "mara"})
    add_token(node, role::admin, name);
  const auto id = node.create(spec(), node.make_audience(10));
  auto changed = spec();
  changed.subject = "Other";
  node.tell(id, {command_kind::edit, "olga", "", "", draft_edit{changed, {audience_id{1}, {}, 0, {}}}})
      .value();
  node.tell(id, asked_by("ivan", command_kind::start)).value();
  const auto view = node.show(id);
  CHECK(view.approval_rules.two_people);
  CHECK(view.approval_rules.author == "test");
  CHECK(view.approval_rules.last_editor == "olga");
  CHECK(code_of(node.tell(id, asked_by("test", command_kind::approve))) == "approver_is_author");
  CHECK(code_of(node.tell(id, asked_by("olga", command_kind::approve))) == "approver_is_author");
  CHECK(code_of(node.tell(id, asked_by("mara", command_kind::approve))) == "done");
  node.run();
  CHECK(node.show(id).status() == status::sent);
  check_verified(node);
}

TEST_CASE("by itself that is so in a new store, once two people may approve") {
  actor_fixture node(moderated());
  node.parts->is_store_new = true;
  add_token(node, role::admin, "test");
  add_token(node, role::operator_, "ivan");
  const auto alone = node.start(spec(), 10);
  CHECK_FALSE(node.show(alone).approval_rules.two_people);
  CHECK(code_of(node.tell(alone, asked_by("test", command_kind::approve))) == "done");
  add_token(node, role::moderator, "mara");
  CHECK(node.show(node.start(spec(), 10)).approval_rules.two_people);
  node.parts->is_store_new = false;
  CHECK_FALSE(node.show(node.start(spec(), 10)).approval_rules.two_people);
}

TEST_CASE("start is refused where nobody who may approve is left") {
  auto settings = moderated();
  settings.moderation.two_people = two_people::on;
  actor_fixture node(settings);
  add_token(node, role::admin, "test");
  add_token(node, role::operator_, "ivan");
  const auto id = node.create(spec(), node.make_audience(10));
  const auto refused = node.tell(id, command_kind::start);
  CHECK(code_of(refused) == "too_few_others_approve");
  CHECK(refused.error().code == error_code::not_allowed_now);
  CHECK(node.log(id).size() == 1);
  add_token(node, role::moderator, "mara");
  CHECK(node.tell(id, command_kind::start).has_value());
}

TEST_CASE("several approvals are several people's, and the last of them lets it pass") {
  auto settings = moderated();
  settings.moderation.approvals_needed = 3;
  actor_fixture node(settings);
  const auto id = node.start(spec(), 10);
  CHECK(node.tell(id, asked_by("a", command_kind::approve))->changed);
  CHECK_FALSE(node.tell(id, asked_by("a", command_kind::approve))->changed);
  CHECK(node.tell(id, asked_by("b", command_kind::approve))->status == status::moderation);
  CHECK(node.show(id).approvals.size() == 2);
  node.crash();
  CHECK(node.show(id).approvals.size() == 2);
  CHECK_FALSE(node.tell(id, asked_by("b", command_kind::approve))->changed);
  CHECK(node.tell(id, asked_by("c", command_kind::approve))->changed);
  node.run();
  CHECK(node.show(id).status() == status::sent);
  CHECK(count_of(node, id, "approval_given") == 2);
  CHECK(count_of(node, id, "approved") == 1);
  check_verified(node);
}

TEST_CASE("an approval that is too old when sending begins holds the campaign until there is a new one") {
  auto settings = moderated();
  settings.moderation.approval_expires = 24h;
  actor_fixture node(settings);
  auto later = spec();
  later.plan.start_at = node.now() + 25h;
  const auto id = node.start(later, 10);
  node.tell(id, asked_by("mara", command_kind::approve)).value();
  node.pass(25h + 1min);
  auto view = node.show(id);
  REQUIRE(view.hold);
  CHECK(view.hold->reason == hold_reason::approval_expired);
  CHECK(node.relay->arrivals.empty());
  CHECK(code_of(node.tell(id, asked_by("ivan", command_kind::resume, false))) == "resume_needs_approval");
  CHECK_FALSE(node.tell(id, asked_by("mara", command_kind::release)).has_value());
  CHECK(code_of(node.tell(id, asked_by("mara", command_kind::resume))) == "done");
  node.run();
  CHECK(node.show(id).status() == status::sent);
  check_verified(node);
}

TEST_CASE("an approval in time holds, also where letters leave long after it") {
  auto settings = moderated();
  settings.moderation.approval_expires = 1h;
  actor_fixture node(settings);
  const auto id = node.start(spec_in_parts(5, 50min), 20);
  node.tell(id, asked_by("mara", command_kind::approve)).value();
  node.pass(4h);
  CHECK(node.show(id).status() == status::sent);
}

TEST_CASE("an engine that comes back with another relay holds what was approved for the one before") {
  actor_fixture node;
  const auto id = node.start(spec_in_parts(5, 1min), 20);
  node.run();
  CHECK(node.relay->arrivals.size() == 5);
  come_back_with(node, {{"", "smtp://other.example:25"}});
  node.pass(10min);
  auto view = node.show(id);
  REQUIRE(view.hold);
  CHECK(view.hold->reason == hold_reason::content_changed);
  REQUIRE(view.hold->notice.causes.size() == 1);
  CHECK(view.hold->notice.causes.front().code == "relay_is_other");
  CHECK(std::ranges::find(view.allowed, command_kind::approve) != view.allowed.end());
  CHECK(std::ranges::find(view.allowed, command_kind::release) == view.allowed.end());
  CHECK(node.relay->arrivals.size() == 5);
  // Also after a further restart, and for whoever may not approve.
  node.crash();
  CHECK(node.show(id).status() == status::paused);
  CHECK(code_of(node.tell(id, asked_by("ivan", command_kind::resume, false))) == "resume_needs_approval");
  CHECK(code_of(node.tell(id, asked_by("mara", command_kind::approve))) == "done");
  node.pass(10min);
  CHECK(node.show(id).status() == status::sent);
  CHECK(count_of(node, id, "approved") == 1);
  check_verified(node);
}

TEST_CASE(
    "a campaign that waits for its time is held when it comes, not before; the relay before puts it right") {
  actor_fixture node;
  auto later = spec();
  later.plan.start_at = node.now() + 1h;
  const auto id = node.start(later, 10);
  come_back_with(node, {{"", ""}, {"second", "smtp://second.example"}});
  CHECK(node.show(id).status() == status::preparing);
  come_back_with(node, {{"", ""}});
  node.pass(61min);
  CHECK(node.show(id).status() == status::sent);
}

TEST_CASE("an audience that is not the one that was approved holds the campaign") {
  actor_fixture node;
  auto later = spec();
  later.plan.start_at = node.now() + 1h;
  const auto id = node.start(later, 10);
  node.parts->store->audiences().remove(node.show(id).audience.id, {{}, node.now()}).value();
  node.pass(61min);
  const auto view = node.show(id);
  REQUIRE(view.hold);
  CHECK(view.hold->notice.causes.front().code == "content_audience_differs");
  CHECK(node.relay->arrivals.empty());
}

TEST_CASE("a campaign of before is compared by the hash of before, and knows no relays") {
  auto state = examples::draft(10);
  examples::apply(
      state, examples::t0,
      {submitted{{}, content_hash(state.spec, state.audience)}, scheduled{examples::t0}, sending_began{}});
  const auto now = content_parts_of(state.spec, state.audience.hash, {{"", "smtp://other.example"}});
  CHECK(decide_content(state, now).empty());
  state.content_hash = "of something else";
  REQUIRE(decide_content(state, now).size() == 1);
  CHECK(std::get<paused>(decide_content(state, now).front()).reason == hold_reason::content_changed);
}

TEST_CASE("a log in which an author approved, too few did, or an old approval was used is no good log") {
  const auto t0 = examples::t0;
  const auto content = spec();
  const auto parts = content_parts_of(content, "00", {{"", "null:"}});
  const auto hash = content_hash(parts);
  const auto fault_of = [&](approval_rules rules, const std::vector<event>& rest) -> std::string {
    rule_auditor rules_of_log(campaign_id{1});
    rules.author = "olga";
    rules.last_editor = "ivan";
    try {
      rules_of_log.follow({t0, "olga", created{content, examples::audience(10)}});
      rules_of_log.follow({t0, "ivan", edited{content, examples::audience(10)}});
      rules_of_log.follow({t0, "olga", submitted{{"why"}, hash, {}, parts, rules}});
      for (const auto& one : rest)
        rules_of_log.follow(one);
    } catch (const broken_invariant& fault) {
      return fault.what();
    }
    return {};
  };
  const auto approval_by = [&](const std::string& who) { return event{t0, who, approved{"", hash, parts}}; };
  const event planned{t0, "", scheduled{t0}};
  CHECK(fault_of({true, 1, 0ms, {}, {}}, {approval_by("mara"), planned, {t0, "", sending_began{}}}).empty());
  CHECK(fault_of({false, 1, 0ms, {}, {}}, {approval_by("olga"), planned}).empty());
  for (const std::string who : {"olga", "ivan"})
    CHECK(fault_of({true, 1, 0ms, {}, {}}, {approval_by(who)}).find("author") != std::string::npos);
  CHECK(fault_of({true, 2, 0ms, {}, {}}, {{t0, "olga", approval_given{"", hash}}}).find("author") !=
        std::string::npos);
  CHECK(fault_of({true, 2, 0ms, {}, {}}, {approval_by("mara")}).find("fewer people") != std::string::npos);
  CHECK(fault_of({true, 2, 0ms, {}, {}}, {{t0, "mara", approval_given{"", hash}}, approval_by("mara")})
            .find("fewer people") != std::string::npos);
  CHECK(fault_of({true, 2, 0ms, {}, {}}, {{t0, "mara", approval_given{"", hash}}, approval_by("nina")})
            .empty());
  CHECK(fault_of({true, 1, 1h, {}, {}}, {approval_by("mara"), planned, {t0 + 2h, "", sending_began{}}})
            .find("expired") != std::string::npos);
  CHECK(fault_of({true, 1, 0ms, {}, {}},
                 {approval_by("mara"),
                  planned,
                  {t0, "", paused{hold_reason::content_changed, "", notice{"content_changed"}}},
                  {t0, "mara", resumed{}}})
            .find("new approval") != std::string::npos);
}

} // namespace sluice
