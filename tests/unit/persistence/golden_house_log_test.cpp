// The house's log as a released format wrote it, with what it must be read as: tests/golden/house-1/NAME.log holds each record's
// value in hexadecimal, a line each, in order (the layout is in persistence/journal.hpp); NAME.json its events and the tables after
// the last one.
//
// Files of a released format are never written again. For a new one, or a new event type, a run of the test
// "[make-golden-house]" with SLUICE_GOLDEN set to a folder writes what today's engine makes of the play below.
#include "messages/house_event_json.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/house_log.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/token_table.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

using namespace sluice;
using namespace sluice::testing;
using nlohmann::json;

namespace {

const std::filesystem::path golden_house_folder =
    std::filesystem::path(SLUICE_SOURCE_FOLDER) / "tests/golden/house-1";
const act golden_act{{"olga", "aabbccdd"}, at_second(5)};

/// Every event that there is: those of tables by what changes them, the others as their ways in record them.
void play_house(store& in) {
  auto writer = expect(in.audiences().begin("people", at_second(1)));
  REQUIRE(expect(writer->add({.email = "ann@example.com", .fields = {}})));
  REQUIRE(expect(writer->add({.email = "bob@example.com", .fields = {}})));
  const auto people = expect(writer->commit(golden_act));
  auto another = expect(in.audiences().begin("others", at_second(1)));
  REQUIRE(expect(another->add({.email = "cid@example.com", .fields = {}})));
  const auto others = expect(another->commit(golden_act));
  expect(in.audiences().rename(people.id, "friends", golden_act));
  const auto shop = expect(in.tokens().create(
      {role::operator_, "shop", at_second(1'000), {{"shop.example"}, {"spring"}}}, golden_act));
  const auto eye = expect(in.tokens().create(role::viewer, "eye", golden_act));
  expect(in.tokens().rotate(shop.info.id, at_second(2'000), at_second(100), golden_act));
  expect(in.tokens().revoke(eye.info.id, golden_act));
  expect(in.suppressions().add({{"dan@example.com", "bounced", at_second(2)},
                                {"@shop.example", "said so", at_second(3), "Weekly", at_second(50)}},
                               golden_act));
  expect(in.suppressions().remove({"@shop.example"}, "Weekly", golden_act));
  expect(in.audiences().remove(others.id, golden_act));
  expect(in.erase("bob@example.com", golden_act));
  const auto record = [&](house_body body) {
    expect(in.house().record({{golden_act.at, golden_act.by, std::move(body)}}));
  };
  record(house::engine_started{"0.1.0", {{"", "smtp://mail.example:587"}}, {{"listen", "\"[::1]:8025\""}}});
  record(house::audience_rooted{people.id, "ab", people.hash});
  record(house::test_copy_sent{
      {3}, 4, std::string(hidden_address_bytes, 'h'), "a…@example.com", "refused", "550 unknown"});
  record(house::recipients_read{"letters", "c1", 100});
  record(house::sealed{9, "ab"});
  record(house::sign_ins_refused{4, at_second(4)});
  record(house::signed_in{"moderator"});
  record(house::signed_out{"idle"});
  record(house::tables_accepted{"restored by hand", 5});
}

/// Events that came later, each play in a log of its own.
void play_removal(store& in) {
  const auto gone =
      append_now(in.journal(),
                 {.campaign = {3}, .expected_last = 0, .events = {cancelled_saying("over", 4)}, .key = {}});
  const auto head = expect(std::as_const(in).journal().head({3}));
  expect(in.removed_campaigns().remove({.campaign = {3},
                                        .name = "Spring",
                                        .status = "sent",
                                        .total = 10,
                                        .accepted = 8,
                                        .refused = 1,
                                        .skipped = 1,
                                        .audience = {7},
                                        .last = expect(gone),
                                        .hash = to_hex(head.hash),
                                        .over_since = at_second(4)},
                                       {{}, at_second(5)}));
}

const std::map<std::string, void (*)(store&)> golden_plays{{"everything", play_house},
                                                           {"campaign_removed", play_removal}};

/// What every reader makes of records: numbers, chain and bodies are checked.
json read_golden_house(const std::filesystem::path& log, std::set<std::string_view>& types) {
  json events = json::array();
  house_tables tables;
  sha256_hash previous{};
  event_number number = 0;
  std::ifstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::uint8_t> value(line.size() / 2);
    REQUIRE(from_hex(line, value));
    REQUIRE(value.size() > previous.size());
    CHECK(std::equal(previous.begin(), previous.end(), value.begin()));
    const std::string whole(value.begin(), value.end());
    previous = record_hash(house_log_id, ++number, whole);
    const auto event = decode_house_event({value.begin() + previous.size(), value.end()});
    REQUIRE(event);
    types.insert(type_of(event->body));
    events.push_back(to_json(*event));
    tables.apply({number, *event});
  }
  json tokens;
  for (const auto& [hash, one] : tables.tokens())
    tokens[hash] = {{"name", one.what.name}, {"role", one.what.role}, {"superseded", one.is_superseded}};
  json audiences;
  for (const auto& [id, one] : tables.audiences())
    audiences[std::to_string(id)] = {{"name", one.name},
                                     {"size", one.size},
                                     {"hash", one.hash},
                                     {"root", one.root},
                                     {"deleted", one.is_deleted}};
  json read{{"events", std::move(events)},
            {"tokens", std::move(tokens)},
            {"past_tokens", tables.past_tokens()},
            {"audiences", std::move(audiences)},
            {"suppressions", tables.suppression_count()},
            {"key_hash", tables.key_hash()}};
  // Logs of before have none.
  for (const auto& [id, one] : tables.removed_campaigns())
    read["removed"][to_string(id)] = {
        {"last", one.end.number}, {"hash", to_hex(one.end.hash)}, {"event", one.number}};
  return read;
}

} // namespace

TEST_CASE("the house's logs of every released format are read as they were then") {
  std::set<std::string_view> types;
  std::size_t logs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_house_folder)) {
    if (entry.path().extension() != ".log")
      continue;
    ++logs;
    INFO(entry.path().filename().string());
    std::ifstream expected(std::filesystem::path(entry.path()).replace_extension(".json"));
    CHECK(read_golden_house(entry.path(), types) == json::parse(expected));
  }
  CHECK(logs == golden_plays.size());
  CHECK(types.size() == std::variant_size_v<house_body>);
}

TEST_CASE("today's engine writes the house's golden log", "[.][make-golden-house]") {
  const auto* to = std::getenv("SLUICE_GOLDEN");
  REQUIRE(to != nullptr);
  const std::filesystem::path folder = to;
  for (const auto& [name, play] : golden_plays) {
    const auto from = make_memory_store();
    play(*from);
    std::ofstream log(folder / (name + ".log"));
    expect(from->journal().read_raw(house_log_id, 1, [&](const raw_record& record) {
      log << to_hex(record.previous) << to_hex(record.body) << '\n';
      return true;
    }));
    log.close();
    std::set<std::string_view> types;
    std::ofstream(folder / (name + ".json"))
        << read_golden_house(folder / (name + ".log"), types).dump(2) << '\n';
  }
}
