// Listening, and the life of the server: the event loop's thread, and how everything ends in order.

#include "adapters/http/http_server.hpp"

#include "adapters/http/http_core.hpp"
#include "adapters/http/http_session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <spdlog/spdlog.h>

#include <thread>

namespace sluice {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// For those that were told that the engine stops to get it.
constexpr milliseconds farewell_wait_max = std::chrono::seconds(1);
constexpr milliseconds accept_retry_delay = std::chrono::milliseconds(100);

result<void> bind(tcp::acceptor& acceptor, const http_settings& settings) {
  boost::system::error_code fault;
  const auto address = asio::ip::make_address(settings.address, fault);
  if (fault)
    return failure(error_code::invalid_input,
                   "\"" + settings.address + "\" is no address to listen on; write it like 127.0.0.1:8025");
  const tcp::endpoint endpoint(address, settings.port);
  acceptor.open(endpoint.protocol(), fault);
  if (!fault)
    acceptor.set_option(tcp::acceptor::reuse_address(true), fault);
  if (!fault)
    acceptor.bind(endpoint, fault);
  if (!fault)
    acceptor.listen(asio::socket_base::max_listen_connections, fault);
  if (fault)
    return failure(error_code::unavailable, "cannot listen on " + settings.address + ":" +
                                                std::to_string(settings.port) + ": " + fault.message());
  return {};
}

/// What a coroutine that nobody waits for ended with is said, and the rest goes on.
void log_fault(const char* of, const std::exception_ptr& thrown) {
  if (!thrown)
    return;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& fault) {
    spdlog::error("http: {} ended in a fault of ours: {}", of, fault.what());
  } catch (...) {
    spdlog::error("http: {} ended in a fault of ours", of);
  }
}

class beast_server final : public http_server {
public:
  beast_server(node& engine, http_settings settings, std::shared_ptr<sign_ins> people) :
      core_(engine, std::move(settings)) {
    core_.sign_ins = std::move(people);
  }
  ~beast_server() override { stop(); }

  result<void> begin() {
    if (core_.settings.is_tls) {
      auto certificate = tls_certificate::load(core_.settings.tls_certificate, core_.settings.tls_key);
      if (!certificate)
        return std::unexpected(certificate.error());
      core_.certificate = std::move(*certificate);
      asio::co_spawn(core_.loop, keep_certificate_fresh(), [](const std::exception_ptr& thrown) {
        log_fault("looking at the certificate", thrown);
      });
    }
    if (auto bound = bind(acceptor_, core_.settings); !bound)
      return bound;
    port_ = acceptor_.local_endpoint().port();
    listen();
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::uint16_t port() const override { return port_; }

  void stop() override {
    if (core_.is_stopping.exchange(true))
      return;
    if (thread_.joinable()) {
      core_.mailbox->post([this] {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        for_each_session([](http_session& one) { one.begin_stop(); });
      });
      core_.requests.wait_for_none(core_.settings.stop_timeout);
      core_.mailbox->post([this] { for_each_session([](http_session& one) { one.give_up(); }); });
      core_.requests.wait_for_none(farewell_wait_max);
    }
    // What handlers still do is finished, for the node's sake; what they answer is dropped.
    for (auto* threads : {&core_.command_threads, &core_.edit_threads, &core_.look_threads,
                          &core_.heavy_look_threads, &core_.import_threads, &core_.outside_threads})
      threads->stop();
    core_.mailbox->close();
    core_.loop.stop();
    if (thread_.joinable())
      thread_.join();
    if (const auto told = core_.refused_sign_ins.finish())
      tell_of_refused(core_.engine, *told);
  }

private:
  void run() {
    while (!core_.loop.stopped()) {
      try {
        core_.loop.run();
      } catch (const std::exception&) {
        log_fault("something on the event loop", std::current_exception());
      }
    }
  }

  void listen() {
    asio::co_spawn(core_.loop, accept(), [this](const std::exception_ptr& thrown) {
      log_fault("listening", thrown);
      if (thrown && !core_.is_stopping)
        listen();
    });
  }

  asio::awaitable<void> accept() {
    auto is_failing = false;
    while (!core_.is_stopping) {
      auto [fault, socket] = co_await acceptor_.async_accept(as_result);
      if (core_.is_stopping)
        co_return;
      if (!fault) {
        is_failing = false;
        take(std::move(socket));
        continue;
      }
      // Out of descriptors, say: others will be closed soon, and a loop without a pause helps nobody.
      if (!std::exchange(is_failing, true))
        spdlog::warn("http: cannot take a connection: {}; tried again and again", fault.message());
      asio::steady_timer delay(core_.loop, accept_retry_delay);
      co_await delay.async_wait(as_result);
    }
  }

  asio::awaitable<void> keep_certificate_fresh() {
    asio::steady_timer timer(core_.loop);
    while (!core_.is_stopping) {
      timer.expires_after(core_.settings.tls_look_every);
      co_await timer.async_wait(as_result);
      auto has_news = false;
      const auto look = [this, &has_news] { has_news = core_.certificate->refresh(); };
      co_await core_.run_on(core_.edit_threads, look);
      if (!has_news)
        continue;
      if (const auto trouble = core_.certificate->trouble(); trouble.empty())
        spdlog::info("http: the listener's certificate has changed, and the new one is in use");
      else
        spdlog::warn(
            "http: the listener's certificate has changed and cannot be used, so the one before stays: {}",
            trouble);
    }
  }

  void take(tcp::socket socket) {
    const auto number = next_number_++;
    auto from = address_of(socket);
    const auto admission = core_.connections.admit(number, from.key);
    core_.numbers->refused = core_.connections.refused();
    if (admission.closed)
      if (const auto other = core_.sessions.find(*admission.closed); other != core_.sessions.end())
        other->second->close();
    auto session =
        std::make_shared<http_session>(core_, number, std::move(socket), std::move(from), admission.is);
    asio::co_spawn(core_.loop, http_session::serve(std::move(session)),
                   [](const std::exception_ptr& thrown) { log_fault("a connection", thrown); });
  }

  /// Those that are there now: one that is closed may be gone when the next one's turn comes.
  template <class Visit>
  void for_each_session(Visit visit) {
    std::vector<std::shared_ptr<http_session>> all;
    for (const auto& [number, one] : core_.sessions)
      all.push_back(one->shared_from_this());
    for (const auto& one : all)
      visit(*one);
  }

  http_core core_;
  tcp::acceptor acceptor_{core_.loop};
  std::uint16_t port_ = 0;
  connection_number next_number_ = 1;
  std::thread thread_;
};

} // namespace

client_address address_of(const tcp::socket& socket) {
  boost::system::error_code fault;
  const auto peer = socket.remote_endpoint(fault).address();
  if (fault)
    return {};
  const auto is_loopback = peer.is_loopback();
  if (!peer.is_v6())
    return {"@" + peer.to_string(), is_loopback};
  if (peer.to_v6().is_v4_mapped()) {
    const auto mapped = asio::ip::make_address_v4(asio::ip::v4_mapped, peer.to_v6());
    return {"@" + mapped.to_string(), mapped.is_loopback()};
  }
  auto bytes = peer.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return {"@" + asio::ip::make_address_v6(bytes).to_string() + "/64", is_loopback};
}

result<void> http_server::can_listen(const http_settings& settings) {
  if (settings.is_tls)
    if (const auto good = tls_certificate::load(settings.tls_certificate, settings.tls_key); !good)
      return std::unexpected(good.error());
  asio::io_context context;
  tcp::acceptor acceptor(context);
  return bind(acceptor, settings);
}

result<std::unique_ptr<http_server>> http_server::start(node& engine, http_settings settings) {
  std::shared_ptr<sign_ins> people;
  if (settings.oidc.is_on()) {
    auto made = sign_ins::make(settings.oidc, curl_back_channel());
    if (!made)
      return std::unexpected(made.error());
    people = *std::move(made);
  }
  auto server = std::make_unique<beast_server>(engine, std::move(settings), std::move(people));
  if (auto begun = server->begin(); !begun)
    return std::unexpected(begun.error());
  return server;
}

} // namespace sluice
