// Logs as a released format wrote them, with the state that they must give: tests/golden/format-1/NAME.log holds
// each record's value in hexadecimal, a line each, in order, all of campaign c1 (the layout is in
// persistence/journal.hpp); NAME.json what the campaign then shows, and which letters stand where.
//
// Files of a released format are never written again. For a new one, or a new event type, a run of the test
// "[make-golden]" with SLUICE_GOLDEN set to a folder writes what today's engine makes of the plays below.

#include "actors/core/content_hash.hpp"
#include "actors/core/due.hpp"
#include "actors/core/evolve.hpp"
#include "messages/event_json.hpp"
#include "messages/json.hpp"
#include "persistence/hash_chain.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/examples.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

using namespace sluice;
using namespace sluice::examples;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

const std::filesystem::path golden_folder =
    std::filesystem::path(SLUICE_SOURCE_FOLDER) / "tests/golden/format-1";
constexpr campaign_id golden_campaign{1};

std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
    bytes.push_back(static_cast<char>(std::stoi(std::string{digits.substr(at, 2)}, nullptr, 16)));
  return bytes;
}

std::string in_hex(std::string_view bytes) {
  std::string digits;
  for (const auto byte : bytes)
    digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

nlohmann::json shown(const campaign_state& state) {
  nlohmann::json letters;
  for (std::size_t number = 0; number < letter_state_count; ++number) {
    const auto which = static_cast<letter_state>(number);
    letters[std::string{name_of(which)}] = to_json(state.letters.all(which));
  }
  nlohmann::json responses = nlohmann::json::array();
  for (const auto& one : state.responses)
    responses.push_back(to_json(one));
  return {{"campaign", to_json(view_of(state, state.changed_at))},
          {"letters", std::move(letters)},
          {"responses", std::move(responses)}};
}

/// The state that a golden log gives. Checks numbers, chain and bodies as every reader does.
campaign_state replayed(const std::filesystem::path& log, std::set<std::string_view>& types) {
  auto state = initial_state(golden_campaign);
  sha256_hash previous{};
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const auto value = from_hex(line);
    REQUIRE(value.size() > previous.size());
    CHECK(value.compare(0, previous.size(), std::string(previous.begin(), previous.end())) == 0);
    previous = record_hash(golden_campaign, state.last_event + 1, value);
    const auto body = std::string_view{value}.substr(previous.size());
    const auto decoded = decode_event(std::vector<std::uint8_t>(body.begin(), body.end()));
    REQUIRE(decoded.has_value());
    types.insert(type_of(decoded->body));
    evolve(state, *decoded);
  }
  return state;
}

/// True when all that was shown then is shown now: an object may have gained fields.
bool shows_still(const nlohmann::json& now, const nlohmann::json& then) {
  if (then.is_object())
    return std::ranges::all_of(then.items(), [&](const auto& field) {
      return now.contains(field.key()) && shows_still(now.at(field.key()), field.value());
    });
  if (then.is_array())
    return now.is_array() && std::ranges::equal(now, then, shows_still);
  return now == then;
}

void settle_as(actor_fixture& node, letter_state outcome, reply answer) {
  node.relay->outcome_of = [=](const scripted_relay::arrival& one) -> std::optional<result_group> {
    return result_group{outcome, {{one.index, one.index + 1}}, answer};
  };
}

void take_nothing(actor_fixture& node) {
  node.relay->outcome_of = [](const scripted_relay::arrival&) { return std::nullopt; };
}

/// Parts, a pause over two of them, a restart with letters on connections, refusals, deferrals, a release.
void play_everything(actor_fixture& node) {
  auto content = spec_in_parts(20, 1h);
  content.plan.parts->growth_percent = 50;
  const auto id = node.create(content, node.make_audience(100));
  node.tell(id, command_kind::start).value();
  node.run();
  node.pass(30min);
  take_nothing(node);
  node.pass(31min);
  node.relay->say(true, "cannot connect: connection refused");
  node.pass(1s);
  node.relay->say(false, "");
  node.pass(1s);
  node.tell(id, command_kind::pause).value();
  node.relay->finish(letter_state::accepted, {250, "2.0.0", "Ok: queued as 4fXy8s"});
  node.pass(2h);
  settle_as(node, letter_state::deferred, {451, "4.3.0", "Try again later"});
  node.tell(id, command_kind::resume).value();
  node.pass(1min);
  settle_as(node, letter_state::refused, {550, "5.1.1", "No such mailbox <r9@example.com>"});
  node.pass(10min);
  take_nothing(node);
  node.tell(id, command_kind::release).value();
  node.run();
  node.crash();
  node.pass(1min);
}

void play_cancel_in_doubt(actor_fixture& node) {
  auto content = spec_in_parts(30, 1h);
  content.on_doubt = doubt_policy::hold;
  const auto id = node.create(content, node.make_audience(60));
  take_nothing(node);
  node.tell(id, command_kind::start).value();
  node.run();
  node.crash();
  node.tell(id, command_kind::give_up_doubt).value();
  take_nothing(node);
  node.pass(1h);
  node.tell(id, command_kind::cancel).value();
  node.relay->finish(letter_state::in_doubt, {0, "", "the connection was lost"});
  node.run();
}

void play_moderation(actor_fixture& node, command_kind verdict) {
  const auto id = node.create(spec(), node.make_audience(10));
  node.tell(id, command_kind::start).value();
  node.tell(id, command_kind::pause).value();
  node.tell(id, verdict).value();
  node.run();
}

void play_discard(actor_fixture& node) {
  const auto id = node.create(spec(), node.make_audience(10));
  node.tell(id, command_kind::discard).value();
}

/// Everything that the engine itself has to say: why it is looked at, a skip, a trouble, a doubt, a suspicion.
void play_notices(actor_fixture& node) {
  const auto id = node.create(spec_in_parts(30, 1h), node.make_audience(100));
  node.parts->store->suppressions().add({{"r3@example.com", "unsubscribed", node.now()}}, {}).value();
  node.tell(id, command_kind::start).value();
  node.tell(id, command_kind::approve).value();
  take_nothing(node);
  node.run();
  node.relay->say_why(
      notice{"cannot_connect", {{"server", "mx.example:25"}, {"fault", "Connection refused"}}});
  node.pass(1s);
  node.crash();
  settle_as(node, letter_state::refused, {550, "5.7.1", "spam"});
  node.pass(1h);
}

/// A hold that the engine laid itself, with its notice.
void play_suspicion(actor_fixture& node) {
  const auto id = node.create(spec_in_parts(30, 1h), node.make_audience(100));
  settle_as(node, letter_state::refused, {550, "5.7.1", "spam"});
  node.tell(id, command_kind::start).value();
  node.run();
  node.pass(1h);
  node.tell(id, command_kind::cancel).value();
  node.run();
}

/// Provisional refusals: confirmed by others' acceptance, behind a hold and a trial, accepted by a person, tried a last
/// time; and a sender that is refused.
void play_refusals(actor_fixture& node) {
  const reply ok{250, "2.0.0", "Ok"};
  const reply denied{554, "5.7.1", "Relay access denied"};
  std::set<letter_index> refused{5, 6};
  const auto as_scripted = [&](const scripted_relay::arrival& one) -> std::optional<result_group> {
    const letter_ranges letter{{one.index, one.index + 1}};
    return refused.contains(one.index) ? result_group{letter_state::refused, letter, denied}
                                       : result_group{letter_state::accepted, letter, ok};
  };
  node.relay->outcome_of = as_scripted;
  node.relay->connections = 4;
  const auto id = node.create(spec_in_parts(20, 1h), node.make_audience(100));
  node.tell(id, command_kind::start).value();
  node.pass(1min);
  for (letter_index index = 20; index < 40; ++index)
    refused.insert(index);
  node.pass(1h);
  refused.clear();
  node.tell(id, command_kind::resume).value();
  node.pass(1min);
  take_nothing(node);
  node.pass(1h);
  node.relay->refuse_sender({550, "5.7.60", "Client does not have permissions to send as this sender"});
  node.relay->finish(letter_state::pending, {});
  node.pass(1s);
  node.relay->outcome_of = as_scripted;
  refused = {59};
  node.tell(id, command_kind::resume).value();
  node.pass(1min);
  node.tell(id, command_kind::accept_refusals).value();
  refused = {98, 99};
  node.tell(id, command_kind::release).value();
  node.pass(10min);
}

/// Letters claimed for a relay with a name, which is there no longer after a restart: a person sends them again.
void play_relays(actor_fixture& node) {
  auto content = spec_in_parts(30, 1h);
  content.relay = "second";
  node.relay->name = "second";
  node.parts->relays = {"", "second"};
  const auto id = node.create(content, node.make_audience(60));
  take_nothing(node);
  node.tell(id, command_kind::start).value();
  node.run();
  node.crash();
  node.run();
  node.tell(id, command_kind::resend_doubt).value();
  node.pass(1min);
}

/// A content with all that campaigns have had since, and Message-IDs of the store's own.
void play_whole_letter(actor_fixture& node) {
  auto content = spec();
  content.html = "<p>Hello {{name}}</p>";
  content.to_name = "{{name|friend}}";
  content.preheader = "For {{name}}";
  content.list = "Weekly";
  content.unsubscribe_mailto = "leave@shop.example";
  content.envelope_sender = "bounce+{campaign}.{letter}.{mac}@back.shop.example";
  content.headers = {{"Feedback-ID", "{{name}}:shop"}, {"Precedence", "bulk"}};
  content.text_from_html = true;
  content.allow_unknown_fields = true;
  const auto id = node.create(content, node.make_audience(3));
  node.tell(id, command_kind::start).value();
  node.pass(1min);
}

/// Two people approve what a third wrote and a fourth edited; then the engine comes back with another relay, and one more
/// approves that.
void play_approvals(actor_fixture& node) {
  const auto id = node.create(spec_in_parts(30, 1h), node.make_audience(60));
  auto changed = spec_in_parts(30, 1h);
  changed.subject = "Everything is 20% off";
  node.tell(id, {command_kind::edit, "ivan", "", "", draft_edit{changed, {audience_id{1}, {}, 0, {}}}})
      .value();
  node.tell(id, command_kind::start).value();
  const auto approve = [&](const std::string& who) {
    node.tell(id, {command_kind::approve, who, "fine", "", {}}).value();
  };
  approve("mara");
  approve("nina");
  node.run();
  node.servers = {{"", "smtp://mail.example:587"}};
  node.crash();
  node.run();
  approve("olga");
  approve("mara");
  node.pass(2h);
}

/// A campaign with tags, that an edit changes.
void play_tags(actor_fixture& node) {
  auto content = spec();
  content.tags = {"spring", "весна"};
  const auto id = node.create(content, node.make_audience(3));
  content.tags = {"autumn"};
  node.tell(id, {command_kind::edit, "ivan", "", "", draft_edit{content, {audience_id{1}, {}, 0, {}}}})
      .value();
  node.tell(id, command_kind::start).value();
  node.pass(1min);
}

node_settings with_moderation() {
  auto settings = actor_fixture::quiet_settings();
  settings.moderation.first_campaigns = 3;
  return settings;
}

void write_golden(const std::filesystem::path& folder, const std::string& name, actor_fixture& node) {
  std::ofstream log(folder / (name + ".log"));
  node.parts->store->journal()
      .read_raw(golden_campaign, 1,
                [&](const raw_record& record) {
                  std::string value(record.previous.begin(), record.previous.end());
                  value.append(record.body.begin(), record.body.end());
                  log << in_hex(value) << '\n';
                  return true;
                })
      .value();
  log.close();
  std::set<std::string_view> types;
  std::ofstream(folder / (name + ".json"))
      << shown(replayed(folder / (name + ".log"), types)).dump(2) << '\n';
}

} // namespace

TEST_CASE("logs of every released format give the state that they gave then") {
  std::set<std::string_view> types;
  std::size_t logs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder)) {
    if (entry.path().extension() != ".log")
      continue;
    ++logs;
    INFO(entry.path().filename().string());
    const auto state = replayed(entry.path(), types);
    // What leaves is compared with what was approved by the definition that its hash was made by.
    if (!state.content_hash.empty())
      CHECK(state.content_hash == (state.content_parts.empty() ? content_hash(state.spec, state.audience)
                                                               : content_hash(state.content_parts)));
    std::ifstream expected(std::filesystem::path(entry.path()).replace_extension(".json"));
    // A later version may show more; what it showed then it must show still.
    const auto now = shown(state);
    const auto then = nlohmann::json::parse(expected);
    for (const auto& [field, value] : then.at("campaign").items()) {
      INFO(field);
      CHECK(shows_still(now.at("campaign").at(field), value));
    }
    CHECK(now.at("letters") == then.at("letters"));
    CHECK(shows_still(now.at("responses"), then.at("responses")));
  }
  CHECK(logs >= 10);
  CHECK(types.size() == std::variant_size_v<event_body>);
}

TEST_CASE("today's engine writes the golden logs", "[.][make-golden]") {
  const auto* to = std::getenv("SLUICE_GOLDEN");
  REQUIRE(to != nullptr);
  const std::map<std::string, std::function<void(actor_fixture&)>> plays{
      {"everything", play_everything},
      {"cancelled_in_doubt", play_cancel_in_doubt},
      {"discarded", play_discard},
      {"notices", play_notices},
      {"suspected", play_suspicion},
      {"refusals", play_refusals},
      {"relays", play_relays},
      {"whole_letter", play_whole_letter},
      {"approvals", play_approvals},
      {"tags", play_tags},
      {"approved_under_hold", [](actor_fixture& node) { play_moderation(node, command_kind::approve); }},
      {"rejected", [](actor_fixture& node) { play_moderation(node, command_kind::reject); }}};
  for (const auto& [name, play] : plays) {
    auto settings =
        name.find("ed_under") != name.npos || name == "rejected" || name == "notices" || name == "approvals"
            ? with_moderation()
            : actor_fixture::quiet_settings();
    settings.suspicion.enabled = name == "notices" || name == "suspected";
    settings.suspicion.outcomes_min = 20;
    if (name == "approvals") {
      settings.moderation.two_people = two_people::on;
      settings.moderation.approvals_needed = 2;
    }
    actor_fixture node(settings);
    play(node);
    write_golden(to, name, node);
  }
}
