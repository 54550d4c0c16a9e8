// What Prometheus is told of an engine: read it as the list of what there is to watch.

#include "adapters/metrics/metrics.hpp"

#include "tests/catch.hpp"

#include <caf/actor.hpp>
#include <fmt/format.h>

#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

using namespace sluice;
using Catch::Matchers::ContainsSubstring;

namespace {

/// An engine that only shows campaigns: metrics must ask nothing else of it.
class shown_engine final : public node {
public:
  bool ready = true;
  timestamp at = timestamp(std::chrono::hours(1));

  /// A campaign in that stage with so many letters in each state.
  campaign_view& show(stage where, const std::map<letter_state, letter_index>& letters = {}) {
    campaign_view view;
    view.id = {++last_id_};
    view.stage = where;
    view.changed_at = at;
    for (const auto& [state, count] : letters) {
      view.counts.by_state[static_cast<std::size_t>(state)] = count;
      view.counts.total += count;
    }
    const auto shared = std::make_shared<campaign_view>(std::move(view));
    campaigns_.put(shared);
    return *shared;
  }

  directory& campaigns() override { return campaigns_; }
  bool is_ready() const override { return ready; }
  letter_memory letters_ready() const override { return {1000, 64'000, 300, 2}; }

  void create(create_campaign, std::function<void(result<campaign_view>)>) override { refuse(); }
  void command(campaign_id, sluice::command, std::function<void(result<command_answer>)>) override {
    refuse();
  }
  sluice::store& store() override { refuse(); }
  sluice::relay& relay() override { refuse(); }
  timestamp now() const override { return at; }
  const node_settings& settings() const override { refuse(); }
  caf::actor_system& system() override { refuse(); }
  caf::actor handle() const override { refuse(); }
  void stop() override { refuse(); }

private:
  [[noreturn]] static void refuse() { throw std::logic_error("metrics are made from the directory alone"); }

  directory campaigns_;
  std::uint64_t last_id_ = 0;
};

/// "sluice_letters{state=\"accepted\"}" → "4100"
std::map<std::string, std::string> samples(node& engine) {
  std::map<std::string, std::string> found;
  std::istringstream lines(metrics_text(engine));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#'))
      continue;
    const auto space = line.rfind(' ');
    REQUIRE(space != std::string::npos);
    CHECK(found.emplace(line.substr(0, space), line.substr(space + 1)).second);
  }
  return found;
}

} // namespace

TEST_CASE("metrics: an engine without campaigns tells zero of everything, and that it is ready") {
  shown_engine engine;
  auto told = samples(engine);
  CHECK(told["sluice_ready"] == "1");
  CHECK(told["sluice_letters_ready_bytes"] == "1000");
  CHECK(told["sluice_letters_ready_bytes_max"] == "64000");
  CHECK(told["sluice_letters_shared_bytes"] == "300");
  CHECK(told["sluice_campaigns_waiting_for_memory"] == "2");
  CHECK(told["sluice_letters_per_second"] == "0.0");
  CHECK(told[fmt::format("sluice_build_info{{version=\"{}\"}}", SLUICE_VERSION)] == "1");
  for (const auto* none : {"sluice_campaigns{status=\"sending\"}", "sluice_letters{state=\"in_doubt\"}",
                           "sluice_campaigns_with_relay_trouble", "sluice_campaigns_with_fault"})
    CHECK(told[none] == "0");
  engine.ready = false;
  CHECK(samples(engine)["sluice_ready"] == "0");
}

TEST_CASE("metrics: every status and every state has its line, also while it counts nothing") {
  shown_engine engine;
  const auto told = samples(engine);
  for (const auto* shown :
       {"draft", "moderation", "preparing", "sending", "paused", "sent", "cancelled", "rejected"})
    CHECK(told.contains(fmt::format("sluice_campaigns{{status=\"{}\"}}", shown)));
  for (const auto* state : {"pending", "in_flight", "accepted", "refused", "deferred", "skipped", "in_doubt"})
    CHECK(told.contains(fmt::format("sluice_letters{{state=\"{}\"}}", state)));
}

TEST_CASE("metrics: campaigns are counted by the status that they show, a held one as paused") {
  shown_engine engine;
  engine.show(stage::sending);
  engine.show(stage::sending);
  engine.show(stage::sending).hold = hold{"anna", hold_reason::operator_request, "", {}};
  engine.show(stage::moderation).hold = hold{"anna", hold_reason::operator_request, "", {}};
  engine.show(stage::sent);
  auto told = samples(engine);
  CHECK(told["sluice_campaigns{status=\"sending\"}"] == "2");
  CHECK(told["sluice_campaigns{status=\"paused\"}"] == "2");
  CHECK(told["sluice_campaigns{status=\"moderation\"}"] == "0");
  CHECK(told["sluice_campaigns{status=\"sent\"}"] == "1");
}

TEST_CASE("metrics: letters are summed over all campaigns, finished ones too") {
  shown_engine engine;
  engine.show(stage::sending,
              {{letter_state::pending, 900}, {letter_state::claimed, 20}, {letter_state::accepted, 80}});
  engine.show(stage::sent,
              {{letter_state::accepted, 4000}, {letter_state::refused, 7}, {letter_state::skipped, 3}});
  engine.show(stage::cancelled, {{letter_state::deferred, 5}, {letter_state::in_doubt, 2}});
  auto told = samples(engine);
  CHECK(told["sluice_letters{state=\"pending\"}"] == "900");
  CHECK(told["sluice_letters{state=\"in_flight\"}"] == "20");
  CHECK(told["sluice_letters{state=\"accepted\"}"] == "4080");
  CHECK(told["sluice_letters{state=\"refused\"}"] == "7");
  CHECK(told["sluice_letters{state=\"skipped\"}"] == "3");
  CHECK(told["sluice_letters{state=\"deferred\"}"] == "5");
  CHECK(told["sluice_letters{state=\"in_doubt\"}"] == "2");
}

TEST_CASE("metrics: the rate is that of the campaigns that still send") {
  shown_engine engine;
  engine.show(stage::sending, {{letter_state::claimed, 20}}).rate = 12.25;
  engine.show(stage::sending, {{letter_state::claimed, 1}}).rate = 30;
  engine.show(stage::sent).rate = 1000; // what it was when its last letter left
  CHECK(samples(engine)["sluice_letters_per_second"] == "42.2");
}

TEST_CASE(
    "metrics: the rate of letters is none once no letter is on its way, or none has come back for a while") {
  shown_engine engine;
  engine.show(stage::sending, {{letter_state::pending, 900}}).rate = 500; // its next part is due tomorrow
  auto& stalled = engine.show(stage::sending, {{letter_state::claimed, 20}});
  stalled.rate = 100;
  CHECK(samples(engine)["sluice_letters_per_second"] == "100.0");
  engine.at += std::chrono::seconds(11);
  CHECK(samples(engine)["sluice_letters_per_second"] == "0.0");
}

TEST_CASE(
    "metrics: campaigns whose relay fails and campaigns that are parked are counted, to be alerted on") {
  shown_engine engine;
  engine.show(stage::sending);
  engine.show(stage::sending).relay_trouble = relay_trouble{{}, "connection refused"};
  engine.show(stage::sending).relay_trouble = relay_trouble{{}, "connection refused"};
  engine.show(stage::sending).fault = "its log cannot be read";
  auto told = samples(engine);
  CHECK(told["sluice_campaigns_with_relay_trouble"] == "2");
  CHECK(told["sluice_campaigns_with_fault"] == "1");
}

TEST_CASE("metrics: the text is Prometheus' own form: help and type before each name, a sample a line") {
  shown_engine engine;
  engine.show(stage::sending, {{letter_state::pending, 1}}).spec.name = "a \"name\"\nwith {everything} in it";
  const auto text = metrics_text(engine);
  REQUIRE(text.ends_with('\n'));
  std::istringstream lines(text);
  const std::regex sample(R"re([a-z_]+(\{[a-z]+="[^"\\]*"\})? -?[0-9.]+)re");
  std::string described;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    if (line.starts_with("# HELP ")) {
      described = line.substr(7, line.find(' ', 7) - 7);
      CHECK(line.size() > 7 + described.size() + 1);
      REQUIRE(std::getline(lines, line));
      CHECK(line == "# TYPE " + described + " gauge");
      continue;
    }
    CHECK(std::regex_match(line, sample));
    CHECK(line.substr(0, line.find_first_of("{ ")) == described);
  }
  CHECK_THAT(text, !ContainsSubstring("everything"));
}
