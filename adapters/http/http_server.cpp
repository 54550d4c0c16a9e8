// The sessions: one coroutine for each connection, on a strand of a small pool of threads. Handlers run on
// these threads and may read the store; what waits for an actor gives the thread back meanwhile.

#include "adapters/http/http_server.hpp"

#include "actors/core/due.hpp"
#include "adapters/http/change_feed.hpp"
#include "adapters/http/http_target.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <thread>

namespace sluice {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using asio::ip::tcp;

constexpr std::uint32_t header_bytes_max = 32U * 1024U;
constexpr std::size_t piece_bytes = 256U * 1024U;
constexpr auto write_timeout = std::chrono::seconds(30);
constexpr auto stop_wait_max = std::chrono::seconds(5);
/// A client that was answered has so long to close, and meanwhile what it still sends is taken and dropped.
constexpr auto close_wait_max = std::chrono::seconds(10);
constexpr std::size_t dropped_bytes = 16U * 1024U;
/// A listener hears of one campaign at most so often, and a sign of life at least so often.
constexpr auto stream_pause = std::chrono::milliseconds(250);
constexpr auto stream_heartbeat = std::chrono::seconds(15);

/// Gives (error, …) instead of throwing.
constexpr auto as_result = asio::as_tuple(use_awaitable);

http_response method_not_allowed(const std::string& allowed) {
  const auto what =
      make_error(error_code::invalid_input, notice{"method_not_allowed", {{"allowed", allowed}}});
  auto body = to_json(what);
  body["status"] = 405;
  auto response = json_response(405, body);
  response.content_type = "application/problem+json";
  response.headers.emplace_back("Allow", allowed);
  return response;
}

std::string bearer_in(std::string_view header) {
  constexpr std::string_view scheme = "Bearer ";
  if (header.size() <= scheme.size() ||
      !beast::iequals({header.data(), scheme.size()}, {scheme.data(), scheme.size()}))
    return {};
  return std::string{header.substr(scheme.size())};
}

/// Counts something while it lives, and tells who waits for none to be left.
class counted {
public:
  struct total {
    std::mutex mutex;
    std::condition_variable none_left;
    std::size_t now = 0;
  };
  explicit counted(total& of) : of_(of) {
    const std::lock_guard lock(of_.mutex);
    ++of_.now;
  }
  ~counted() {
    const std::lock_guard lock(of_.mutex);
    if (--of_.now == 0)
      of_.none_left.notify_all();
  }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;

private:
  total& of_;
};

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

class beast_server final : public http_server {
public:
  beast_server(node& engine, http_settings settings) : engine_(engine), settings_(std::move(settings)) {}
  ~beast_server() override { stop(); }

  result<void> begin() {
    if (auto bound = bind(acceptor_, settings_); !bound)
      return bound;
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached);
    for (std::size_t number = 0; number < settings_.threads; ++number)
      threads_.emplace_back([this] { run(); });
    return {};
  }

  std::uint16_t port() const override { return port_; }

  void stop() override {
    if (is_stopping_.exchange(true))
      return;
    asio::post(acceptor_.get_executor(), [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
    });
    {
      std::unique_lock lock(requests_.mutex);
      requests_.none_left.wait_for(lock, stop_wait_max, [&] { return requests_.now == 0; });
    }
    context_.stop();
    for (auto& one : threads_)
      one.join();
    threads_.clear();
  }

private:
  using stream = beast::tcp_stream;
  using parser = http::request_parser<http::buffer_body>;

  void run() {
    while (!context_.stopped()) {
      try {
        context_.run();
      } catch (const std::exception& fault) {
        spdlog::error("http: a request ended in a fault of ours: {}", fault.what());
      }
    }
  }

  asio::awaitable<void> accept() {
    while (!is_stopping_) {
      auto executor = asio::make_strand(context_);
      auto [fault, socket] = co_await acceptor_.async_accept(executor, as_result);
      if (!fault)
        asio::co_spawn(executor, serve(stream(std::move(socket))), asio::detached);
      else if (!is_stopping_)
        co_await pause_after(fault);
    }
  }

  /// Out of descriptors, say: others will be closed soon, and a loop without a pause helps nobody.
  asio::awaitable<void> pause_after(const boost::system::error_code& fault) {
    spdlog::warn("http: cannot take a connection: {}", fault.message());
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(100));
    co_await timer.async_wait(as_result);
  }

  asio::awaitable<void> serve(stream client) {
    const counted here(connections_);
    beast::flat_buffer buffer;
    auto is_first = true;
    const auto is_one_too_many = connections_now() > settings_.connections_max;
    if (is_one_too_many) {
      const auto refusal = problem(make_error(error_code::unavailable, notice{"too_many_connections"}));
      co_await send(client, refusal, head_facts{});
    }
    auto goes_on = !is_one_too_many;
    while (goes_on && !is_stopping_) {
      client.expires_after(is_first ? settings_.header_timeout : settings_.idle_timeout);
      goes_on = co_await serve_one(client, buffer);
      is_first = false;
    }
    boost::system::error_code ignored;
    client.socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (!is_one_too_many)
      co_await await_close(client);
  }

  /// Whoever closes with bytes unread resets the connection, and a client that was refused in the middle of
  /// its body would lose the answer with it (RFC 9112, 9.6).
  asio::awaitable<void> await_close(stream& client) {
    std::vector<char> dropped(dropped_bytes);
    client.expires_after(close_wait_max);
    while (!is_stopping_) {
      const auto [fault, bytes] = co_await client.async_read_some(asio::buffer(dropped), as_result);
      if (fault)
        co_return;
    }
  }

  std::size_t connections_now() {
    const std::lock_guard lock(connections_.mutex);
    return connections_.now;
  }

  /// What of a request's head its answer needs.
  struct head_facts {
    unsigned version = 11;
    bool keeps = false; ///< the connection goes on after the answer
    bool is_head = false;
  };

  /// One request and its answer. False: the connection ends.
  ///
  /// GCC 12 destroys temporaries twice when co_await stands inside an expression of many (a conditional, a
  /// braced argument), so answers are named before they are sent.
  asio::awaitable<bool> serve_one(stream& client, beast::flat_buffer& buffer) {
    parser incoming;
    incoming.header_limit(header_bytes_max);
    incoming.body_limit(boost::none);
    const auto [fault, bytes] = co_await http::async_read_header(client, buffer, incoming, as_result);
    if (fault) {
      const auto refusal = refusal_of(fault);
      if (refusal)
        co_await send(client, *refusal, head_facts{});
      co_return false;
    }
    const counted under_way(requests_);
    const auto& head = incoming.get();
    head_facts facts{head.version(), false, head.method() == http::verb::head};
    http_request request;
    request.method = std::string{head.method_string()};
    request.idempotency_key = std::string{head["Idempotency-Key"]};
    const auto target = head.target();
    const auto page = page_file_at({target.data(), target.size()}, head);
    if (page) {
      facts.keeps = incoming.is_done() && head.keep_alive();
      const auto is_sent = co_await send(client, *page, facts);
      co_return is_sent&& facts.keeps;
    }
    found_route found;
    if (parse_target({target.data(), target.size()}, request))
      found = find_route(request.method, request.path);
    const auto authorization = head[http::field::authorization];
    const auto secret = bearer_in({authorization.data(), authorization.size()});
    const auto refusal = check_route(found, request, secret);
    if (refusal) {
      // What was refused by its head is not read on: the connection ends unless there is no body to come.
      facts.keeps = incoming.is_done() && head.keep_alive();
      const auto is_sent = co_await send(client, *refusal, facts);
      co_return is_sent&& facts.keeps;
    }
    request.captured = found.captured;
    if (found.entry->is_stream) {
      const std::function<bool()> is_allowed = [&] {
        return authorize(engine_, *found.entry, secret).has_value();
      };
      co_await stream_changes(client, request, facts.version, is_allowed);
      co_return false;
    }
    if (beast::iequals(head[http::field::expect], "100-continue")) {
      const auto goes_on = co_await send_continue(client, facts.version);
      if (!goes_on)
        co_return false;
    }
    std::optional<http_response> response;
    if (found.entry->consume)
      co_await consume(client, buffer, incoming, *found.entry, request, response);
    else
      co_await answer(client, buffer, incoming, *found.entry, request, response);
    if (!response)
      co_return false;
    facts.keeps = incoming.is_done() && head.keep_alive() && !is_stopping_;
    const auto is_sent = co_await send(client, *response, facts);
    co_return is_sent&& facts.keeps;
  }

  /// The answer where a file of the page was asked for.
  template <class Head>
  std::optional<http_response> page_file_at(std::string_view target, const Head& head) {
    if (head.method() != http::verb::get && head.method() != http::verb::head)
      return std::nullopt;
    const auto encodings = head[http::field::accept_encoding];
    const auto known = head[http::field::if_none_match];
    return page_answer(settings_.page, {target.substr(0, target.find('?')),
                                        {encodings.data(), encodings.size()},
                                        {known.data(), known.size()}});
  }

  /// What to answer to a head that cannot be read; nothing where nobody is there to hear it.
  static std::optional<http_response> refusal_of(const boost::system::error_code& fault) {
    if (fault == http::error::header_limit)
      return problem(make_error(error_code::too_large, notice{"head_too_large"}));
    const auto is_about_http = fault.category() == http::make_error_code(http::error::bad_method).category();
    if (!is_about_http || fault == http::error::end_of_stream || fault == http::error::partial_message)
      return std::nullopt;
    return problem(make_error(error_code::invalid_input, notice{"not_http", {{"fault", fault.message()}}}));
  }

  std::optional<http_response>
  check_route(const found_route& found, http_request& request, const std::string& secret) {
    if (!found.entry && found.allowed_methods.empty())
      return problem(make_error(error_code::not_found, notice{"path_unknown"}));
    if (!found.entry)
      return method_not_allowed(found.allowed_methods);
    auto who = authorize(engine_, *found.entry, secret);
    if (!who)
      return problem(who.error());
    request.who = std::move(*who);
    return std::nullopt;
  }

  asio::awaitable<bool> send_continue(stream& client, unsigned version) {
    http::response<http::empty_body> go_on{http::status::continue_, version};
    client.expires_after(write_timeout);
    const auto [fault, bytes] = co_await http::async_write(client, go_on, as_result);
    co_return !fault;
  }

  /// Reads the body in pieces. False: it broke off, or `take` gave up.
  template <class Take>
  asio::awaitable<bool> read_body(stream& client, beast::flat_buffer& buffer, parser& incoming, Take take) {
    std::vector<char> piece(piece_bytes);
    while (!incoming.is_done()) {
      auto& body = incoming.get().body();
      body.data = piece.data();
      body.size = piece.size();
      client.expires_after(settings_.body_timeout);
      const auto [fault, bytes] = co_await http::async_read(client, buffer, incoming, as_result);
      if (fault && fault != http::error::need_buffer)
        co_return false;
      if (!take(std::string_view(piece.data(), piece.size() - body.size)))
        co_return false;
    }
    co_return true;
  }

  /// Leaves `response` empty when the body broke off.
  asio::awaitable<void> consume(stream& client,
                                beast::flat_buffer& buffer,
                                parser& incoming,
                                const route& entry,
                                const http_request& request,
                                std::optional<http_response>& response) {
    auto consumer = entry.consume(engine_, request);
    if (!consumer) {
      response = problem(consumer.error());
      co_return;
    }
    std::optional<error> refused;
    const auto take = [&](std::string_view bytes) {
      if (auto taken = (*consumer)->feed(bytes); !taken)
        refused = taken.error();
      return !refused;
    };
    const auto is_whole = co_await read_body(client, buffer, incoming, take);
    if (refused)
      response = problem(*refused);
    else if (is_whole)
      response = (*consumer)->finish();
  }

  asio::awaitable<void> answer(stream& client,
                               beast::flat_buffer& buffer,
                               parser& incoming,
                               const route& entry,
                               http_request& request,
                               std::optional<http_response>& response) {
    auto is_too_large = false;
    const auto take = [&](std::string_view bytes) {
      is_too_large = request.body.size() + bytes.size() > settings_.json_body_bytes_max;
      if (!is_too_large)
        request.body += bytes;
      return !is_too_large;
    };
    const auto is_whole = co_await read_body(client, buffer, incoming, take);
    if (is_too_large) {
      response = problem(make_error(error_code::too_large,
                                    notice{"body_too_large", {{"max", settings_.json_body_bytes_max}}}));
    } else if (is_whole) {
      client.expires_never();
      response = co_await handle(entry, request);
    }
  }

  /// Runs a handler and waits for its answer, wherever that comes from.
  asio::awaitable<http_response> handle(const route& entry, const http_request& request) {
    auto executor = co_await asio::this_coro::executor;
    co_return co_await asio::async_initiate<decltype(use_awaitable), void(http_response)>(
        [&](auto completion) {
          auto shared = std::make_shared<decltype(completion)>(std::move(completion));
          entry.answer(engine_, request, [shared, executor](http_response response) {
            asio::post(executor, [shared, response = std::move(response)]() mutable {
              std::move (*shared)(std::move(response));
            });
          });
        },
        use_awaitable);
  }

  asio::awaitable<bool> send(stream& client, const http_response& answer, head_facts facts) {
    http::response<http::string_body> response{static_cast<http::status>(answer.status), facts.version};
    response.set(http::field::server, "sluice");
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    if (!answer.content_type.empty())
      response.set(http::field::content_type, answer.content_type);
    for (const auto& [name, value] : answer.headers)
      response.set(name, value);
    response.keep_alive(facts.keeps);
    if (!facts.is_head)
      response.body() = answer.body;
    response.prepare_payload();
    if (facts.is_head)
      response.content_length(answer.body.size());
    client.expires_after(write_timeout);
    const auto [fault, bytes] = co_await http::async_write(client, response, as_result);
    co_return !fault;
  }

  // -- server-sent events -----------------------------------------------------------------------------

  /// Nothing is told any more once the token is not allowed: it may be revoked while the stream is open.
  asio::awaitable<void> stream_changes(stream& client,
                                       const http_request& request,
                                       unsigned version,
                                       const std::function<bool()>& is_allowed) {
    query_reader query(request);
    const auto wanted = query.text("campaign");
    const auto form = query.text("form");
    auto fault = query.finish();
    const auto only = wanted.empty() ? std::nullopt : parse_campaign_id(wanted);
    if (!fault && !wanted.empty() && !only)
      fault = make_error(error_code::not_found, notice{"campaign_unknown", {{"campaign", excerpt(wanted)}}});
    if (!fault && !form.empty() && form != "brief")
      fault =
          make_error(error_code::invalid_input,
                     notice{"parameter_one_of", {{"parameter", "form"}, {"names", "brief, or left out"}}});
    if (fault) {
      const auto refusal = problem(*fault);
      co_await send(client, refusal, head_facts{version, false, false});
      co_return;
    }
    auto executor = co_await asio::this_coro::executor;
    asio::steady_timer pause(executor);
    auto heartbeat = std::make_shared<asio::steady_timer>(executor);
    const auto feed =
        change_feed::open(engine_.campaigns(), only, [weak = std::weak_ptr(heartbeat), executor] {
          asio::post(executor, [weak] {
            if (const auto alive = weak.lock())
              alive->cancel();
          });
        });
    const auto is_open = co_await send_stream_head(client, version);
    if (!is_open)
      co_return;
    auto changed = feed->take();
    auto is_first = true;
    while (!is_stopping_ && is_allowed()) {
      auto text = changed.empty() ? std::string{": still here\n\n"} : std::string{};
      for (const auto& [id, view] : changed)
        text += event_text(id, view, form == "brief");
      // A listener that comes back must learn which campaigns are gone: those not told of before this.
      if (std::exchange(is_first, false) && form == "brief")
        text += "event: caught_up\ndata: {}\n\n";
      client.expires_after(write_timeout);
      const auto [broken, bytes] =
          co_await asio::async_write(client, http::make_chunk(asio::buffer(text)), as_result);
      if (broken)
        co_return;
      client.expires_never();
      pause.expires_after(stream_pause);
      co_await pause.async_wait(as_result);
      changed = feed->take();
      if (changed.empty()) {
        heartbeat->expires_after(stream_heartbeat);
        co_await heartbeat->async_wait(as_result); // a change cuts it short
        changed = feed->take();
      }
    }
    client.expires_after(write_timeout);
    const auto end = http::make_chunk_last();
    co_await asio::async_write(client, end, as_result);
  }

  asio::awaitable<bool> send_stream_head(stream& client, unsigned version) {
    http::response<http::empty_body> head{http::status::ok, version};
    head.set(http::field::server, "sluice");
    head.set(http::field::content_type, "text/event-stream");
    head.set(http::field::cache_control, "no-store");
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer{head};
    client.expires_after(write_timeout);
    const auto [fault, bytes] = co_await http::async_write_header(client, serializer, as_result);
    co_return !fault;
  }

  /// Briefly: without the message's text and HTML, which may have a megabyte and change only in drafts.
  std::string event_text(campaign_id id, const view_ptr& view, bool is_brief) {
    if (!view)
      return "event: gone\ndata: {\"id\":\"" + to_string(id) + "\"}\n\n";
    auto shown = refreshed(*view, engine_.now());
    if (is_brief) {
      shown.spec.text.clear();
      shown.spec.html.clear();
    }
    auto data = to_json(shown);
    if (is_brief) {
      data.erase("text");
      data.erase("html");
    }
    return "event: campaign\ndata: " + data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n\n";
  }

  node& engine_;
  http_settings settings_;
  asio::io_context context_;
  tcp::acceptor acceptor_{asio::make_strand(context_)};
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::atomic<bool> is_stopping_ = false;
  counted::total connections_;
  counted::total requests_;
};

} // namespace

result<void> http_server::can_listen(const http_settings& settings) {
  asio::io_context context;
  tcp::acceptor acceptor(context);
  return bind(acceptor, settings);
}

result<std::unique_ptr<http_server>> http_server::start(node& engine, http_settings settings) {
  auto server = std::make_unique<beast_server>(engine, std::move(settings));
  if (auto begun = server->begin(); !begun)
    return std::unexpected(begun.error());
  return server;
}

} // namespace sluice
