// Idempotency keys, over the routes themselves: each that changes something is asked twice with one key.

#include "adapters/http/kept_answers.hpp"

#include "actors/core/campaign_state.hpp"
#include "actors/core/evolve.hpp"
#include "adapters/http/http_server.hpp"
#include "adapters/http/routes.hpp"
#include "persistence/memory/store.hpp"
#include "tests/catch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <caf/actor.hpp>
#include <fmt/format.h>

#include <future>
#include <map>
#include <stdexcept>

using namespace sluice;

namespace {

constexpr auto draft_text = R"({"name":"a","from":"a@b.example","subject":"s","text":"t"})";

/// Takes commands and drafts as they come and keeps what came with them.
class noting_engine final : public node {
public:
  struct noted_key {
    std::string by_id;
    std::string key;
  };

  noting_engine() {
    secret = kept_->tokens().create(role::admin, "test", {{}, at}).value().secret;
    campaign_state state;
    state.id = {1};
    created content;
    content.spec.name = "a";
    const event made{at, "test", content};
    evolve(state, made);
    kept_->journal().append({.campaign = state.id, .expected_last = 0, .events = {made}, .key = {}},
                            [](const result<event_number>&) {});
    campaigns_.put(std::make_shared<const campaign_view>(brief_view_of(state, at, 1)));
  }

  const timestamp at = timestamp(std::chrono::hours(1));
  std::string secret;
  std::vector<noted_key> noted;

  void create(create_campaign wanted, std::function<void(result<campaign_view>)> done) override {
    noted.push_back({wanted.by_id, wanted.idempotency_key});
    done(failure(error_code::unavailable, "not today"));
  }
  void
  command(campaign_id, sluice::command asked, std::function<void(result<command_answer>)> done) override {
    noted.push_back({asked.by_id, asked.idempotency_key});
    done(failure(error_code::unavailable, "not today"));
  }
  directory& campaigns() override { return campaigns_; }
  sluice::store& store() override { return *kept_; }
  sluice::relay& relay() override { refuse(); }
  timestamp now() const override { return at; }
  const node_settings& settings() const override { return settings_; }
  caf::actor_system& system() override { refuse(); }
  caf::actor handle() const override { refuse(); }
  letter_memory letters_ready() const override { return {}; }
  bool is_ready() const override { return true; }
  void stop() override {}

private:
  [[noreturn]] static void refuse() { throw std::logic_error("no test asks for this"); }

  node_settings settings_;
  directory campaigns_;
  std::unique_ptr<sluice::store> kept_ = make_memory_store();
};

struct http_answer_text {
  std::string head;
  std::string body;
  bool is_replayed() const { return head.find("Idempotency-Replayed: true") != std::string::npos; }
  std::string status() const { return head.substr(9, 3); }
};

http_answer_text ask(const http_server& server,
                     const std::string& secret,
                     const std::string& line,
                     const std::string& body,
                     const std::string& key) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  socket.connect({boost::asio::ip::address_v4::loopback(), server.port()});
  auto text = fmt::format(
      "{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n", line, secret);
  if (!key.empty())
    text += fmt::format("Idempotency-Key: {}\r\n", key);
  if (!body.empty())
    text += fmt::format("Content-Length: {}\r\n", body.size());
  boost::asio::write(socket, boost::asio::buffer(text + "\r\n" + body));
  std::string all;
  boost::system::error_code end;
  boost::asio::read(socket, boost::asio::dynamic_buffer(all), end);
  const auto split = all.find("\r\n\r\n");
  return {all.substr(0, split), split == std::string::npos ? std::string{} : all.substr(split + 4)};
}

/// A request to a route, and what must be asked before it (without a key); `{id}` in its path is the `id` of the first
/// request's answer.
struct route_example {
  std::string path;
  std::string body;
  std::string before_line;
  std::string before_body;
};

std::string id_in(const std::string& body) {
  const auto begin = body.find("\"id\":\"");
  return begin == std::string::npos ? std::string{}
                                    : body.substr(begin + 6, body.find('"', begin + 6) - begin - 6);
}

const std::map<std::string, route_example>& examples() {
  static const std::string list = "email\na@x.example\nb@x.example\nc@x.example\n";
  static const std::map<std::string, route_example> all{
      {"POST /v1/audiences", {"/v1/audiences?name=one", list, {}, {}}},
      {"POST /v1/audiences/derive",
       {"/v1/audiences/derive", R"({"from":{"audience":"{id}","split":[50,50]}})", "POST /v1/audiences",
        list}},
      {"PATCH /v1/audiences/{}", {"/v1/audiences/{id}", R"({"name":"two"})", "POST /v1/audiences", list}},
      {"DELETE /v1/audiences/{}", {"/v1/audiences/{id}", {}, "POST /v1/audiences", list}},
      {"PUT /v1/partials/{}", {"/v1/partials/footer", R"({"content":"one"})", {}, {}}},
      {"DELETE /v1/partials/{}",
       {"/v1/partials/header", {}, "PUT /v1/partials/header", R"({"content":"one"})"}},
      {"POST /v1/attachments", {"/v1/attachments?name=a.txt", "one", {}, {}}},
      {"DELETE /v1/attachments/{}", {"/v1/attachments/{id}", {}, "POST /v1/attachments?name=b.txt", "two"}},
      {"POST /v1/suppressions", {"/v1/suppressions", R"({"email":"a@x.example"})", {}, {}}},
      {"DELETE /v1/suppressions",
       {"/v1/suppressions", R"({"email":"b@x.example"})", "POST /v1/suppressions",
        R"({"email":"b@x.example"})"}},
      {"POST /v1/erase", {"/v1/erase", R"({"email":"d@x.example"})", {}, {}}},
      {"POST /v1/feedback", {"/v1/feedback", R"({"kind":"bounce","email":"c@x.example"})", {}, {}}},
      {"POST /v1/tokens", {"/v1/tokens", R"({"role":"viewer","name":"new"})", {}, {}}},
      {"POST /v1/tokens/{}/rotate",
       {"/v1/tokens/{id}/rotate", "{}", "POST /v1/tokens", R"({"role":"viewer","name":"turning"})"}},
      {"DELETE /v1/tokens/{}",
       {"/v1/tokens/{id}", {}, "POST /v1/tokens", R"({"role":"viewer","name":"another"})"}},
      // Those whose answer is the log's.
      {"POST /v1/campaigns", {"/v1/campaigns", draft_text, {}, {}}},
      {"PATCH /v1/campaigns/{}", {"/v1/campaigns/c1", R"({"name":"b"})", {}, {}}},
      {"DELETE /v1/campaigns/{}", {"/v1/campaigns/c1", {}, {}, {}}},
      {"POST /v1/campaigns/{}/doubt", {"/v1/campaigns/c1/doubt", R"({"action":"resend"})", {}, {}}},
      {"POST /v1/campaigns/{}/refusals", {"/v1/campaigns/c1/refusals", R"({"action":"retry"})", {}, {}}},
      {"POST /v1/campaigns/{}/copy", {"/v1/campaigns/c1/copy", "{}", {}, {}}},
  };
  return all;
}

/// Why a route is not tried here.
const std::map<std::string, std::string>& exceptions() {
  static const std::map<std::string, std::string> all{
      {"POST /v1/campaigns/{}/test", "its copies need a relay: tests/e2e/test_idempotency.py has it"},
  };
  return all;
}

std::string named(const route& one) {
  return fmt::format("{} {}", one.method, one.path);
}

route_example example_of(const route& one) {
  if (const auto known = examples().find(named(one)); known != examples().end())
    return known->second;
  if (one.work == work_kind::command && one.method == "POST") {
    std::string path{one.path};
    return {path.replace(path.find("{}"), 2, "c1"), {}, {}, {}};
  }
  FAIL("no example of " << named(one) << ": give one, or the reason why it is not tried");
  return {};
}

std::unique_ptr<http_server> serve(node& engine) {
  http_settings settings;
  settings.port = 0;
  settings.stop_timeout = milliseconds(1);
  return http_server::start(engine, settings).value();
}

void replace_id(std::string& in, const std::string& id) {
  if (const auto at = in.find("{id}"); at != std::string::npos)
    in.replace(at, 4, id);
}

} // namespace

TEST_CASE(
    "kept answers: every request that changes something is carried out once under its idempotency key") {
  noting_engine engine;
  const auto server = serve(engine);
  int number = 0;
  for (const auto& one : all_routes()) {
    if (one.method == "GET" || one.keys == key_handling::nothing_changes || exceptions().contains(named(one)))
      continue;
    INFO(named(one));
    auto example = example_of(one);
    if (!example.before_line.empty()) {
      const auto before = ask(*server, engine.secret, example.before_line, example.before_body, {});
      REQUIRE(before.status().starts_with('2'));
      replace_id(example.path, id_in(before.body));
      replace_id(example.body, id_in(before.body));
    }
    const auto line = fmt::format("{} {}", one.method, example.path);
    const auto key = fmt::format("key {}", ++number);
    engine.noted.clear();
    const auto first = ask(*server, engine.secret, line, example.body, key);
    if (one.keys == key_handling::in_log) {
      REQUIRE(engine.noted.size() == 1);
      CHECK(engine.noted.front().key == key);
      CHECK(engine.noted.front().by_id.size() == 8);
      continue;
    }
    REQUIRE(first.status().starts_with('2'));
    CHECK_FALSE(first.is_replayed());
    const auto second = ask(*server, engine.secret, line, example.body, key);
    CHECK(second.status() == first.status());
    CHECK(second.is_replayed());
    const auto has_secret = first.body.find("slc_") != std::string::npos;
    CHECK(has_secret == (one.method == "POST" && one.path.starts_with("/v1/tokens")));
    CHECK(second.body.find("slc_") == std::string::npos);
    if (!has_secret)
      CHECK(second.body == first.body);
    const auto other =
        ask(*server, engine.secret, line + (line.find('?') == std::string::npos ? "?" : "&") + "x=y",
            example.body, key);
    CHECK(other.status() == "409");
  }
}

TEST_CASE("kept answers: a token's secret is in no answer but the first") {
  noting_engine engine;
  const auto server = serve(engine);
  const std::string body = R"({"role":"viewer","name":"new"})";
  const auto first = ask(*server, engine.secret, "POST /v1/tokens", body, "k");
  const auto again = ask(*server, engine.secret, "POST /v1/tokens", body, "k");
  CHECK(first.body.find("slc_") != std::string::npos);
  CHECK(again.body.find("slc_") == std::string::npos);
  CHECK(id_in(again.body) == id_in(first.body));
  CHECK(engine.store().tokens().list().value().size() == 2);
}

TEST_CASE("kept answers: a key belongs to its token, another's is another one, and what was refused may be "
          "tried again") {
  noting_engine engine;
  const auto server = serve(engine);
  const auto other = engine.store().tokens().create(role::admin, "other", {{}, engine.at}).value();
  const std::string entry = R"({"email":"a@x.example"})";
  CHECK(ask(*server, engine.secret, "POST /v1/suppressions", entry, "k").body.find("\"added\":1") !=
        std::string::npos);
  const auto theirs = ask(*server, other.secret, "POST /v1/suppressions", entry, "k");
  CHECK_FALSE(theirs.is_replayed());
  CHECK(theirs.body.find("\"added\":0") != std::string::npos);
  const auto wrong = ask(*server, engine.secret, "POST /v1/suppressions", R"({"email":"nobody"})", "k2");
  CHECK(wrong.status() == "400");
  CHECK(ask(*server, engine.secret, "POST /v1/suppressions", entry, "k2").status() == "200");
}

TEST_CASE("kept answers: of many requests with one key at once one is carried out, and all have its answer") {
  noting_engine engine;
  const auto server = serve(engine);
  const std::string list = "email\na@x.example\n";
  std::vector<std::future<http_answer_text>> asked;
  for (int number = 0; number < 8; ++number)
    asked.push_back(std::async(std::launch::async, [&] {
      return ask(*server, engine.secret, "POST /v1/audiences?name=one", list, "k");
    }));
  int replayed = 0;
  for (auto& one : asked) {
    const auto answer = one.get();
    CHECK(answer.status() == "201");
    CHECK(id_in(answer.body) == "a1");
    replayed += answer.is_replayed() ? 1 : 0;
  }
  CHECK(replayed == 7);
  CHECK(engine.store().audiences().list().value().size() == 1);
}

TEST_CASE("kept answers: a command's key that came with its token's name before is found, and serves nothing "
          "else") {
  noting_engine engine;
  const auto server = serve(engine);
  engine.store().journal().append(
      {.campaign = {},
       .expected_last = 0,
       .events = {},
       .key =
           key_record{
               .key = stored_key({}, "test", "k"), .what = "pause", .campaign = {1}, .answer = {}, .at = {}}},
      [](const result<event_number>&) {});
  const auto id = engine.store().tokens().list().value().front().id;
  CHECK(engine.store().journal().find_key_of(id, "test", "k").value());
  CHECK(ask(*server, engine.secret, "POST /v1/suppressions", R"({"email":"a@x.example"})", "k").status() ==
        "409");
}
