// The server over real connections on loopback, before an engine that does what a test says.

#include "adapters/http/http_server.hpp"

#include "adapters/http/routes.hpp"
#include "persistence/memory/store.hpp"
#include "tests/catch.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <caf/actor.hpp>
#include <fmt/format.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

using namespace sluice;
using boost::asio::ip::tcp;
using Catch::Matchers::Contains;

namespace {

class commanded_engine final : public node {
public:
  commanded_engine() { secret = kept_->tokens().create(role::admin, "test", {{}, at}).value().secret; }

  timestamp at = timestamp(std::chrono::hours(1));
  std::string secret;
  std::atomic<bool> store_throws = false;
  /// Gets the callback of the next command, which it may keep.
  std::promise<std::function<void(result<command_answer>)>> commanded;
  /// Drafts are made, by a thread that calls back as the scheduler's do.
  bool makes_drafts = false;
  std::atomic<std::thread::id> calls_back{};
  std::atomic<bool> is_read_by_caller = false;
  /// Otherwise who wants one made is refused at once, and the thread that did it goes on when this is set.
  std::promise<void> has_more_to_do;

  void create(create_campaign, std::function<void(result<campaign_view>)> done) override {
    if (makes_drafts) {
      std::thread caller([this, &done] {
        calls_back = std::this_thread::get_id();
        campaign_view made;
        made.id = {7};
        done(made);
      });
      caller.join();
      return;
    }
    done(failure(error_code::unavailable, "not today"));
    has_more_to_do.get_future().wait();
  }
  void command(campaign_id, sluice::command, std::function<void(result<command_answer>)> done) override {
    commanded.set_value(std::move(done));
  }
  directory& campaigns() override { return campaigns_; }
  sluice::store& store() override {
    if (std::this_thread::get_id() == calls_back)
      is_read_by_caller = true;
    if (store_throws)
      throw std::runtime_error("a store that throws");
    return *kept_;
  }
  sluice::relay& relay() override { refuse(); }
  timestamp now() const override { return at; }
  const node_settings& settings() const override { refuse(); }
  caf::actor_system& system() override { refuse(); }
  caf::actor handle() const override { refuse(); }
  letter_memory letters_ready() const override { return {}; }
  bool is_ready() const override { return true; }
  void stop() override {}

private:
  [[noreturn]] static void refuse() { throw std::logic_error("no test asks for this"); }

  directory campaigns_;
  std::unique_ptr<sluice::store> kept_ = make_memory_store();
};

std::unique_ptr<http_server> serve_on_loopback(node& engine, http_settings settings = {}) {
  settings.port = 0;
  settings.stop_timeout = milliseconds(1);
  return http_server::start(engine, settings).value();
}

class http_line {
public:
  explicit http_line(const http_server& server) : socket_(context_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), server.port()});
  }
  void send(const std::string& text) { boost::asio::write(socket_, boost::asio::buffer(text)); }
  /// Everything until the other side closes.
  std::string read_all() {
    std::string all;
    boost::system::error_code end;
    boost::asio::read(socket_, boost::asio::dynamic_buffer(all), end);
    return all;
  }

private:
  boost::asio::io_context context_;
  tcp::socket socket_;
};

std::string request_text(const std::string& line, const std::string& secret, const std::string& more = {}) {
  return line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + secret + "\r\n" + more + "\r\n";
}

} // namespace

TEST_CASE("http server: what is thrown on a connection ends that connection, and no other") {
  commanded_engine engine;
  const auto server = serve_on_loopback(engine);
  engine.store_throws = true;
  http_line first(*server);
  first.send(request_text("GET /v1/me", engine.secret));
  CHECK(first.read_all().empty());
  engine.store_throws = false;
  http_line second(*server);
  second.send(request_text("GET /v1/me", engine.secret, "Connection: close\r\n"));
  CHECK_THAT(second.read_all(), Catch::Matchers::ContainsSubstring("\"role\":\"admin\""));
}

TEST_CASE("http server: a handler that throws is answered with 500, and the connection goes on") {
  commanded_engine engine;
  const auto server = serve_on_loopback(engine);
  http_line one(*server);
  one.send(request_text("POST /v1/check", engine.secret, "Content-Length: 90\r\n") +
           R"({"campaign":{"name":"a","from":"a@b.example","subject":"s","text":"t"},"audience":"a1"}   )");
  one.send(request_text("GET /v1/me", engine.secret, "Connection: close\r\n"));
  const auto answers = one.read_all();
  CHECK_THAT(answers, Catch::Matchers::ContainsSubstring("HTTP/1.1 500"));
  CHECK_THAT(answers, Catch::Matchers::ContainsSubstring("\"role\":\"admin\""));
}

TEST_CASE("http server: a callback that is dropped without an answer is one") {
  commanded_engine engine;
  const auto server = serve_on_loopback(engine);
  http_line one(*server);
  one.send(request_text("POST /v1/campaigns/c1/pause", engine.secret,
                        "Content-Length: 0\r\nConnection: close\r\n"));
  {
    const auto dropped = engine.commanded.get_future().get();
  }
  CHECK_THAT(one.read_all(), Catch::Matchers::ContainsSubstring("HTTP/1.1 503"));
}

TEST_CASE(
    "http server: a draft's answer is made by a thread of the server's, not by the one that calls back") {
  commanded_engine engine;
  engine.makes_drafts = true;
  const auto server = serve_on_loopback(engine);
  http_line one(*server);
  const std::string body = R"({"name":"a","from":"a@b.example","subject":"s","text":"t"})";
  one.send(request_text("POST /v1/campaigns", engine.secret,
                        fmt::format("Content-Length: {}\r\nConnection: close\r\n", body.size())) +
           body);
  CHECK_THAT(one.read_all(), Catch::Matchers::ContainsSubstring("HTTP/1.1 404")); // the store has none of it
  CHECK_FALSE(engine.is_read_by_caller);
}

TEST_CASE("http server: a request's place is free once it is answered, whatever its thread still does") {
  commanded_engine engine;
  http_settings settings;
  settings.large_bodies.per_client = 1;
  const auto server = serve_on_loopback(engine, settings);
  const std::string body = R"({"name":"a","from":"a@b.example","subject":"s","text":")" +
                           std::string(small_body_bytes_max, 'x') + R"("})";
  const auto length = fmt::format("Content-Length: {}\r\n", body.size());
  http_line one(*server);
  one.send(request_text("POST /v1/campaigns", engine.secret, length) + body);
  one.send(request_text("POST /v1/check", engine.secret, length + "Connection: close\r\n") + body);
  auto reading = std::async(std::launch::async, [&] { return one.read_all(); });
  CHECK(reading.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  engine.has_more_to_do.set_value();
  const auto answers = reading.get();
  CHECK_THAT(answers, Catch::Matchers::ContainsSubstring("not today"));
  CHECK_THAT(answers, Catch::Matchers::ContainsSubstring("HTTP/1.1 4"));
}

TEST_CASE(
    "http server: whoever waits when it stops is told so, and an answer that comes later harms nobody") {
  commanded_engine engine;
  auto server = serve_on_loopback(engine);
  http_line one(*server);
  one.send(request_text("POST /v1/campaigns/c1/pause", engine.secret, "Content-Length: 0\r\n"));
  const auto done = engine.commanded.get_future().get();
  server->stop();
  CHECK_THAT(one.read_all(), Catch::Matchers::ContainsSubstring("the engine stops"));
  server.reset();
  done(command_answer{});
}
