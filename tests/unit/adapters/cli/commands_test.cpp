#include "tests/unit/adapters/cli/fake_engine.hpp"
#include "tests/unit/adapters/cli/run_words.hpp"

#include "adapters/cli/engine_address.hpp"
#include "persistence/stores/open_store.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <unistd.h>

using namespace sluice;
using namespace sluice::cli;
using namespace sluice::cli::test;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

/// A folder of the test's own, gone afterwards.
struct scratch_folder {
  std::filesystem::path path;
  scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-cli-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
};

json campaign_json(const std::string& status, int accepted = 0) {
  return {{"id", "c1"},
          {"name", "Autumn sale"},
          {"status", status},
          {"stage", status},
          {"hold", nullptr},
          {"from", "Shop <news@shop.example>"},
          {"subject", "Hello"},
          {"audience", {{"id", "a1"}, {"name", "customers"}, {"size", 10}}},
          {"plan", json::object()},
          {"created_at", "2026-12-01T08:00:00Z"},
          {"changed_at", "2026-12-01T08:00:00Z"},
          {"counts",
           {{"total", 10},
            {"pending", 10 - accepted},
            {"due", 10},
            {"in_flight", 0},
            {"accepted", accepted},
            {"refused", 0},
            {"deferred", 0},
            {"skipped", 0},
            {"in_doubt", 0}}},
          {"version", 5}};
}

fake_answer ok(const json& body) {
  return {.status = 200, .body = body.dump()};
}

fake_answer problem(int status, const std::string& detail) {
  return {.status = status,
          .body = json{{"title", "no"}, {"detail", detail}, {"code", "x"}}.dump(),
          .type = "application/problem+json"};
}

} // namespace

TEST_CASE("wrong usage ends with 2 and says what was wrong, without asking any engine") {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{},
                                             {"paws"},
                                             {"pause"},
                                             {"pause", "x1"},
                                             {"pause", "c0"},
                                             {"pause", "c1", "--raeson", "x"},
                                             {"pause", "c1", "c2"},
                                             {"audience"},
                                             {"audience", "import"},
                                             {"audience", "show", "zz"},
                                             {"list", "--status", "held"},
                                             {"letters", "c1", "--outcome", "lost"},
                                             {"letters", "c1", "--limit", "-1"},
                                             {"doubt", "c1", "--resend", "--give-up"},
                                             {"refusals", "c1", "--accept", "--retry"},
                                             {"token", "create", "--role", "king", "--name", "x"},
                                             {"create", "/nowhere/file.json"},
                                             {"plan", "/nowhere/file.json"},
                                             {"serve", "--config", "/nowhere/sluice.toml"},
                                             {"serve", "--set", "listen"},
                                             {"serve", "--set", "lisen=x"}}) {
    const auto ran = run_words(words);
    INFO((words.empty() ? "" : words.front()) << ": " << ran.err);
    CHECK(ran.code == 2);
    CHECK_THAT(ran.err, Catch::Matchers::StartsWith("error: "));
    CHECK(ran.out.empty());
  }
}

TEST_CASE("an option that is given an empty value is wrong usage, not an option left out") {
  for (const auto& words : {std::vector<std::string>{"serve", "--print-config", "--relay", ""},
                            {"serve", "--print-config", "--relay="},
                            {"serve", "--relay=", "--print-config"},
                            {"serve", "--listen=", "--relay", "null:", "--print-config"},
                            {"serve", "--print-config", "--listen", ""}}) {
    const auto ran = run_words(words);
    CHECK(ran.code == 2);
    CHECK_THAT(ran.err, ContainsSubstring("--relay") || ContainsSubstring("--listen"));
  }
}

TEST_CASE("a command that is not there is told with the nearest one") {
  CHECK_THAT(run_words({"paws", "c1"}).err, ContainsSubstring("did you mean pause?"));
  CHECK_THAT(run_words({"audience", "imprt", "x"}).err,
             ContainsSubstring("of sluice audience; did you mean import?"));
  CHECK_THAT(run_words({"token"}).err, ContainsSubstring("create, list, rotate, revoke"));
}

TEST_CASE("help and version end with 0") {
  CHECK(run_words({"--version"}).code == 0);
  CHECK(run_words({"--help"}).code == 0);
  CHECK_THAT(run_words({"pause", "--help"}).out, ContainsSubstring("--reason"));
}

TEST_CASE("an engine that is not there ends a command with 3") {
  const auto ran =
      run_words({"list", "--url", "http://127.0.0.1:" + std::to_string(port_without_listener())});
  CHECK(ran.code == 3);
  CHECK_THAT(ran.err, ContainsSubstring("error: no engine answers at http://127.0.0.1:"));
}

TEST_CASE("what the engine refuses ends a command with 1 and the problem's words, made safe") {
  const fake_engine engine([](const auto&) { return problem(409, "c1 is sent; nothing\x1b[2J is allowed"); });
  const auto ran = run_words({"pause", "c1", "--url", engine.url()});
  CHECK(ran.code == 1);
  CHECK(ran.err == "error: c1 is sent; nothing\\x1b[2J is allowed\n");
}

TEST_CASE("an answer that is no engine's ends a command with 1") {
  const fake_engine engine([](const auto&) { return fake_answer{.status = 200, .body = "<html>"}; });
  CHECK(run_words({"list", "--url", engine.url()}).code == 1);
  const fake_engine other([](const auto&) { return fake_answer{.status = 404, .body = "<html>"}; });
  CHECK_THAT(run_words({"list", "--url", other.url()}).err, ContainsSubstring("404"));
}

TEST_CASE("a token comes from the flag, else the environment, else the data folder's file") {
  const fake_engine engine([](const auto&) { return ok({{"items", json::array()}}); });
  const scratch_folder folder;
  folder.write("token", "slc_file\n");
  const auto runs = engine_address::publish(folder.path, engine.url()).value();
  const circumstances given{.variables = {{"SLUICE_TOKEN", "slc_env"}, {"SLUICE_URL", engine.url() + "/"}}};
  run_words({"list", "--token", "slc_flag", "--data", folder.path.string()}, given);
  run_words({"list", "--data", folder.path.string()}, given);
  run_words({"list", "--data", folder.path.string()}, {.variables = {{"SLUICE_URL", engine.url()}}});
  run_words({"list"}, {.variables = {{"SLUICE_URL", engine.url()}, {"SLUICE_DATA", folder.path.string()}}});
  const auto asked = engine.requests();
  REQUIRE(asked.size() == 4);
  CHECK(asked[0].headers.at("authorization") == "Bearer slc_flag");
  CHECK(asked[1].headers.at("authorization") == "Bearer slc_env");
  CHECK(asked[2].headers.at("authorization") == "Bearer slc_file");
  CHECK(asked[3].headers.at("authorization") == "Bearer slc_file");
}

TEST_CASE("a data folder's token is not sent where no engine runs on the folder") {
  const fake_engine engine([](const auto&) { return ok({{"items", json::array()}}); });
  const scratch_folder folder;
  folder.write("token", "slc_file\n");
  folder.write("address", engine.url() + "\n"); // of before
  const auto ran = run_words({"list", "--data", folder.path.string(), "--url", engine.url()});
  CHECK(ran.code == 3);
  CHECK_THAT(ran.err, ContainsSubstring("no engine runs on the data folder"));
  CHECK(engine.requests().empty());
}

TEST_CASE("a command tells what became of it, and when nothing did") {
  bool changed = true;
  const fake_engine engine([&](const auto&) {
    return ok({{"status", "paused"}, {"changed", changed}, {"version", 9}, {"in_flight", 20}});
  });
  const auto first =
      run_words({"pause", "c1", "--reason", "wrong price", "--key", "k1", "--url", engine.url()});
  CHECK(first.code == 0);
  CHECK(first.out == "c1 paused (20 letters in flight); status: Paused\n");
  changed = false;
  CHECK_THAT(run_words({"pause", "c1", "--url", engine.url()}).out,
             ContainsSubstring("already was") || ContainsSubstring("was already"));
  const auto asked = engine.requests();
  CHECK(asked[0].method == "POST");
  CHECK(asked[0].target == "/v1/campaigns/c1/pause");
  CHECK(asked[0].headers.at("idempotency-key") == "k1");
  CHECK(json::parse(asked[0].body).at("reason") == "wrong price");
}

TEST_CASE("letters refused for now are listed with their replies, and settled") {
  fake_engine engine([](const fake_request& asked) {
    if (asked.method == "GET")
      return ok({{"items",
                  {{{"index", 7},
                    {"email", "ada@example.com"},
                    {"outcome", "deferred"},
                    {"provisional", true},
                    {"attempts", 1},
                    {"last_reply", {{"code", 554}, {"enhanced", "5.7.1"}, {"text", "no"}}}}}},
                 {"next", nullptr}});
    return ok({{"status", "paused"}, {"changed", true}, {"version", 9}, {"in_flight", 0}});
  });
  const auto listed = run_words({"refusals", "c1", "--url", engine.url(), "--token", "t"});
  CHECK(listed.code == 0);
  CHECK_THAT(listed.out, ContainsSubstring("refused for now") && ContainsSubstring("554 5.7.1 no"));
  const auto retried = run_words({"refusals", "c1", "--retry", "--url", engine.url(), "--token", "t"});
  CHECK(retried.out == "c1: letters refused for now leave again when the campaign is resumed\n");
  const auto accepted = run_words({"refusals", "c1", "--accept", "--url", engine.url(), "--token", "t"});
  CHECK(accepted.out == "c1: letters refused for now are refused for good\n");
  const auto asked = engine.requests();
  REQUIRE(asked.size() == 3);
  CHECK(asked[0].target.starts_with("/v1/campaigns/c1/refusals"));
  CHECK(asked[1].body == R"({"action":"retry"})");
  CHECK(asked[2].body == R"({"action":"accept"})");
}

TEST_CASE("a resume after a hold of the engine's says that some letters leave first") {
  fake_engine engine([](const fake_request& asked) {
    if (asked.method == "POST")
      return ok({{"status", "sending"}, {"changed", true}, {"version", 9}, {"in_flight", 0}});
    auto campaign = campaign_json("sending");
    campaign["trial"] = {{"letters", 4},
                         {"outcomes", {{"begun", 0}, {"accepted", 0}, {"refused", 0}, {"others", 0}}}};
    return ok(campaign);
  });
  const auto ran = run_words({"resume", "c1", "--url", engine.url(), "--token", "t"});
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("4 letters leave first; the rest follows when these were accepted"));
}

TEST_CASE("an import streams the file and lists what was left out by reason with lines") {
  const fake_engine engine([](const auto&) {
    return fake_answer{.status = 201,
                       .body = json{{"id", "a1"},
                                    {"name", "list.csv"},
                                    {"rows", 2},
                                    {"left_out",
                                     {{{"line", 3}, {"reason", "no address"}},
                                      {{"line", 9}, {"reason", "repeated address"}},
                                      {{"line", 7}, {"reason", "no address"}}}},
                                    {"left_out_total", 3}}
                                   .dump()};
  });
  const scratch_folder folder;
  const std::string text(300'000, 'x');
  const auto ran = run_words({"audience", "import", folder.write("list.csv", text), "--url", engine.url()});
  CHECK(ran.code == 0);
  CHECK(ran.out == "a1  list.csv: 2 rows taken, 3 left out\n"
                   "  2  no address: lines 3, 7\n"
                   "  1  repeated address: line 9\n");
  const auto piped =
      run_words({"audience", "import", "-", "--name", "über list", "--url", engine.url()}, {.input = text});
  CHECK(piped.code == 0);
  const auto asked = engine.requests();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].target == "/v1/audiences?name=list.csv");
  CHECK(asked[0].body == text);
  CHECK(asked[1].target == "/v1/audiences?name=%c3%bcber%20list");
  CHECK(asked[1].body == text);
}

TEST_CASE("lists are fetched page by page and printed whole") {
  const fake_engine engine([](const fake_request& asked) {
    const bool is_first = asked.target.find("after") == std::string::npos;
    const json row{
        {"index", is_first ? 0 : 1}, {"email", "a@b.example"}, {"outcome", "accepted"}, {"attempts", 1}};
    return ok({{"items", json::array({row})}, {"next", is_first ? json("0") : json(nullptr)}});
  });
  const auto ran = run_words({"letters", "c1", "--outcome", "accepted", "--json", "--url", engine.url()});
  CHECK(ran.code == 0);
  CHECK(json::parse(ran.out).at("items").size() == 2);
  CHECK_THAT(engine.requests().back().target,
             ContainsSubstring("outcome=accepted") && ContainsSubstring("after=0"));
}

TEST_CASE("a watch of one campaign ends when it is final, and takes up a lost connection") {
  int streams = 0;
  const fake_engine engine([&](const fake_request& asked) {
    if (asked.target.starts_with("/v1/campaigns/"))
      return ok(campaign_json("sending", streams));
    ++streams;
    if (streams == 1)
      return fake_answer{.body = "data: " + campaign_json("sending", 4).dump() + "\n\n",
                         .type = "text/event-stream",
                         .closes = true};
    return fake_answer{.body = "data: " + campaign_json("sent", 10).dump() + "\n\n",
                       .type = "text/event-stream",
                       .closes = true};
  });
  int waits = 0;
  const auto ran =
      run_words({"watch", "c1", "--url", engine.url()}, {.wait = [&](sluice::milliseconds) { ++waits; }});
  CHECK(ran.code == 0);
  CHECK(waits == 1);
  CHECK_THAT(ran.out, ContainsSubstring("c1 Sending 4/10") && ContainsSubstring("c1 Sent 10/10"));
  CHECK_THAT(ran.err, ContainsSubstring("trying again"));
}

TEST_CASE("a watch asks the engine amid its stream, and goes on with the stream") {
  int streams = 0;
  int asked_for = 0;
  const fake_engine engine([&](const fake_request& asked) {
    if (asked.target.starts_with("/v1/campaigns/")) {
      ++asked_for;
      return ok(campaign_json("sending", 3 + asked_for));
    }
    ++streams;
    return fake_answer{.body = "data: {\"id\":\"c1\"}\n\ndata: " + campaign_json("sent", 10).dump() + "\n\n",
                       .type = "text/event-stream",
                       .closes = true};
  });
  const auto ran = run_words({"watch", "c1", "--url", engine.url()});
  CHECK(ran.code == 0);
  CHECK(streams == 1);
  CHECK(asked_for == 2);
  CHECK_THAT(ran.out, ContainsSubstring("c1 Sending 5/10") && ContainsSubstring("c1 Sent 10/10"));
}

TEST_CASE("send imports, creates, starts, and with --wait ends as the campaign does") {
  std::string end = "sent";
  const fake_engine engine([&](const fake_request& asked) {
    if (asked.target.starts_with("/v1/audiences"))
      return ok(
          {{"id", "a7"}, {"name", "x"}, {"rows", 10}, {"left_out", json::array()}, {"left_out_total", 0}});
    if (asked.target == "/v1/campaigns")
      return ok(campaign_json("draft"));
    if (asked.target == "/v1/campaigns/c1/start")
      return ok({{"status", "sending"}, {"changed", true}, {"version", 3}, {"in_flight", 0}});
    return ok(campaign_json(end, 10));
  });
  const scratch_folder folder;
  const auto campaign = folder.write("c.json", R"({"name":"Autumn sale"})");
  const auto audience = folder.write("a.csv", "email\na@b.example\n");
  const auto sent = run_words({"send", campaign, "--audience", audience, "--wait", "--url", engine.url()});
  INFO(sent.err);
  CHECK(sent.code == 0);
  CHECK(json::parse(engine.requests()[1].body).at("audience") == "a7");
  end = "cancelled";
  const auto stopped = run_words({"send", campaign, "--audience", "a7", "--wait", "--url", engine.url()});
  CHECK(stopped.code == 1);
  CHECK_THAT(stopped.err, ContainsSubstring("c1 was not sent: Cancelled"));
}

TEST_CASE("send tells why a campaign waits for a moderator and how to let it pass") {
  auto waiting = campaign_json("moderation");
  waiting["moderation"] = {{"reasons", {"no unsubscribe link"}}};
  const fake_engine engine([&](const fake_request& asked) {
    if (asked.target == "/v1/campaigns/c1/start")
      return ok({{"status", "moderation"}, {"changed", true}, {"version", 3}, {"in_flight", 0}});
    return ok(waiting);
  });
  const scratch_folder folder;
  const auto ran =
      run_words({"send", folder.write("c.json", "{}"), "--audience", "a7", "--url", engine.url()});
  CHECK(ran.code == 0);
  CHECK_THAT(ran.err, ContainsSubstring("no unsubscribe link") &&
                          ContainsSubstring("sluice approve c1 --url " + engine.url()));
}

TEST_CASE("audit verify ends with 4 where there is a fault, and names it") {
  json faults = json::array();
  const fake_engine engine(
      [&](const auto&) { return ok({{"campaigns", 1}, {"events", 12}, {"faults", faults}}); });
  CHECK(run_words({"audit", "verify", "--url", engine.url()}).code == 0);
  faults.push_back({{"campaign", "c1"}, {"number", 7}, {"what", "claimed twice"}});
  const auto ran = run_words({"audit", "verify", "c1", "--url", engine.url()});
  CHECK(ran.code == 4);
  CHECK_THAT(ran.out, ContainsSubstring("c1 event 7: claimed twice") && ContainsSubstring("1 fault"));
  CHECK(engine.requests().back().target == "/v1/audit?campaign=c1");
}

TEST_CASE("addresses are suppressed in batches, from a list or a file") {
  const fake_engine engine(
      [](const fake_request& asked) { return ok({{"added", json::parse(asked.body).at("emails").size()}}); });
  const scratch_folder folder;
  std::string lines = "email,since\n";
  for (int i = 0; i < 1500; ++i)
    lines += "r" + std::to_string(i) + "@x.example,2026\r\n";
  const auto ran = run_words(
      {"suppress", "import", folder.write("s.csv", lines), "--reason", "bounced", "--url", engine.url()});
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("1500 addresses suppressed"));
  REQUIRE(engine.requests().size() == 2);
  CHECK(json::parse(engine.requests()[1].body).at("emails").at(499) == "r1499@x.example");
}

TEST_CASE("the plan is computed without any engine") {
  const scratch_folder folder;
  const auto file = folder.write("c.json", R"({"name":"n","from":"a@b.example","subject":"s","text":"t",
    "plan":{"start_at":"2026-12-02T09:00:00Z","parts":{"size":100,"every":"12h","growth":50}}})");
  const auto ran = run_words({"plan", file, "--letters", "500"});
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("      0  2026-12-02 09:00:00      100      100\n") &&
                          ContainsSubstring("      3  2026-12-03 21:00:00      150      500\n") &&
                          ContainsSubstring("500 letters in 4 parts"));
  const auto machine = run_words({"plan", file, "--letters", "500", "--json"});
  const auto value = json::parse(machine.out);
  CHECK(value.at("items").size() == 4);
  CHECK(value.at("items").at(2).at("letters") == 150);
  CHECK(value.at("ends_at") == "2026-12-03T21:00:00Z");
  CHECK(run_words({"plan", file}).code == 2);
  CHECK(run_words({"plan", file, "--letters", "0"}).code == 2);
  const auto yearly = folder.write("y.json", R"({"name":"n","from":"a@b.example","subject":"s","text":"t",
    "plan":{"parts":{"size":1,"every":"365d"}}})");
  const auto endless = run_words({"plan", yearly, "--letters", "100000"});
  CHECK(endless.code == 2);
  CHECK_THAT(endless.err, ContainsSubstring("after the year 9999"));
  const auto wrong =
      run_words({"plan", folder.write("w.json", "{\"plan\":{\"parts\":{\"size\":0}}}"), "--letters", "1"});
  CHECK(wrong.code == 2);
}

TEST_CASE("a plan without a start begins now") {
  const scratch_folder folder;
  const auto file = folder.write("c.json", R"({"name":"n","from":"a@b.example","subject":"s","text":"t"})");
  CHECK_THAT(run_words({"plan", file, "--letters", "5"}).out,
             ContainsSubstring("2026-12-01 09:00:00        5        5"));
}

TEST_CASE("serve --print-config tells every key with its value and its source") {
  const scratch_folder folder;
  const auto file = folder.write("sluice.toml", "[relay]\nurl = \"null:\"\n");
  const auto ran = run_words({"serve", "--config", file, "--listen", "127.0.0.1:9", "--print-config"},
                             {.variables = {{"SLUICE_DATA", "/tmp/d"}}});
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("relay.url = \"null:\"") && ContainsSubstring(file + ":2") &&
                          ContainsSubstring("# --listen") && ContainsSubstring("# SLUICE_DATA") &&
                          ContainsSubstring("# default"));
  const auto machine = run_words({"serve", "--config", file, "--print-config", "--json"});
  CHECK(json::parse(machine.out).size() > 30);
}

TEST_CASE("audit letter on a folder says when a deferred letter leaves again") {
  const scratch_folder folder;
  const auto at = timestamp{milliseconds{1'796'115'600'000}};
  {
    const auto data = open_store((folder.path / "data").string(), open_mode::read_write).value();
    auto writer = data->audiences().begin("customers", at).value();
    REQUIRE(writer->add({"ada@example.com", {}}).value());
    const auto info = writer->commit({}).value();
    campaign_spec spec;
    spec.name = "Autumn sale";
    spec.from = "Shop <news@shop.example>";
    const std::vector<event_body> bodies{created{spec, {info.id, info.name, info.size, info.hash}},
                                         submitted{},
                                         scheduled{at},
                                         sending_began{},
                                         claimed{{{0, 1}}},
                                         settled{{{letter_state::deferred,
                                                   {{0, 1}},
                                                   {451, "4.7.1", "try again later"},
                                                   at + std::chrono::minutes(5)}}}};
    append_request request;
    request.campaign = campaign_id{1};
    for (const auto& body : bodies)
      request.events.push_back({at, "", body});
    std::promise<result<event_number>> kept;
    data->journal().append(std::move(request),
                           [&](result<event_number> last) { kept.set_value(std::move(last)); });
    REQUIRE(kept.get_future().get());
  }
  const auto ran =
      run_words({"audit", "letter", "c1", "ada@example.com", "--data", (folder.path / "data").string()});
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Catch::Matchers::ContainsSubstring(
                          "deferred 451 4.7.1 try again later, again at 2026-12-01 09:05"));
}
