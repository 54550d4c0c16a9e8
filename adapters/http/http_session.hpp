#pragma once
// One connection: its requests one after the other, from the head to the last byte of the answer. Everything runs on
// the event loop; handlers run on the threads of their kind of work, and the loop goes on meanwhile.

#include "adapters/http/client_stream.hpp"
#include "adapters/http/http_core.hpp"
#include "adapters/http/request_framing.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace sluice {

/// Where a connection comes from, as far as limits go by it.
struct client_address {
  std::string key; ///< "@127.0.0.1", "@2001:db8:1:2::/64": an IPv6 client has a whole /64
  bool is_loopback = false;
};
client_address address_of(const boost::asio::ip::tcp::socket& socket);

class http_session : public std::enable_shared_from_this<http_session> {
public:
  http_session(http_core& core,
               connection_number number,
               boost::asio::ip::tcp::socket socket,
               client_address from,
               connection_table::verdict verdict);
  ~http_session();
  http_session(const http_session&) = delete;
  http_session& operator=(const http_session&) = delete;

  /// Serves it to its end.
  static boost::asio::awaitable<void> serve(std::shared_ptr<http_session> self);

  /// Closes it now: it gives way, or everything ends.
  void close();
  /// The engine stops: closed where nothing is asked, else after the answer; streams end, and so does waiting in line.
  void begin_stop();
  /// It has stopped for long enough: whoever still waits for an answer gets the one that the engine stops.
  void give_up();

private:
  using parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  template <class Value>
  using awaitable = boost::asio::awaitable<Value>;
  using permit_ptr = concurrency_limiter::permit_ptr;

  /// What of a request's head its answer needs.
  struct head_facts {
    unsigned version = 11;
    bool keeps = false; ///< the connection goes on after the answer
    bool is_head = false;
  };
  /// A request on its way: shared with the handler, which may outlive the wait for it.
  struct exchange {
    http_request request;
    const route* entry = nullptr;
    body_framing framing;
    std::string client; ///< whose limits count: a token's id, or an address
    std::string secret;
    std::string session;      ///< the cookie of one; of no use where there is a secret
    std::string csrf;         ///< as the request says it
    bool is_from_page = true; ///< as far as the browser tells
    bool expects_continue = false;
    bool is_on_this_machine = false; ///< the client, not only a proxy before it
    head_facts facts;
    std::vector<permit_ptr>
        permits; ///< kept until the answer is sent: so many answers wait for slow readers at most
  };
  using exchange_ptr = std::shared_ptr<exchange>;
  /// Who needs no token is no watcher.
  static bool is_masked(const exchange& asked);
  struct permits_given_back {
    exchange& of;
    ~permits_given_back() { of.permits.clear(); }
  };
  struct pending_answer;

  // GCC 12 destroys temporaries of an expression with co_await twice: what these take is named by the caller, which
  // outlives them, and comes by reference.
  awaitable<bool> begin_tls();
  awaitable<bool> serve_one();
  awaitable<void> refuse_one_too_many();
  awaitable<void> await_close();

  // The head (http_session.cpp).
  std::optional<http_response> read_head(const parser& incoming, exchange& into);
  std::optional<http_response> check_host(const parser& incoming) const;
  std::optional<http_response> check_route(exchange& into);
  http_response refuse_token(exchange& of, const error& why);
  /// Who asks this, by a token or by a session; `is_request`: now, and not only still.
  result<signed_in_person> who_asks(const exchange& asked, const route& entry, bool is_request);
  std::optional<http_response> check_connection(const exchange& asked);
  std::optional<http_response> page_file(const parser& incoming);

  // The body (http_session_body.cpp). An answer refuses it; nothing and no whole body: it broke off.
  struct body_end {
    bool is_whole = false;
    std::optional<http_response> refusal;
  };
  awaitable<body_end> read_body(const exchange_ptr& asked);
  awaitable<body_end> import_body(const exchange_ptr& asked, const std::shared_ptr<body_consumer>& into);
  awaitable<bool> fill_buffer();
  awaitable<bool> send_continue(unsigned version);

  // The answer.
  awaitable<std::optional<http_response>> take_permits(const exchange_ptr& asked);
  /// What its key was answered before; nothing where it is new. Before it carries anything out.
  awaitable<std::optional<http_response>> answer_before(const exchange_ptr& asked);
  awaitable<void> keep(const exchange_ptr& asked, const http_response& done);
  static bool has_kept_key(const exchange& asked);
  awaitable<permit_ptr> take_permit(concurrency_limiter& from, const std::string& client);
  awaitable<std::optional<http_response>> answer(const exchange_ptr& asked);
  awaitable<http_response> handle(const exchange_ptr& asked);
  awaitable<bool> send(const http_response& answer, head_facts facts);
  awaitable<bool> send_produced(const exchange_ptr& asked, const http_response& answer);

  // Server-sent events (http_session_stream.cpp).
  awaitable<void> stream_changes(const exchange_ptr& asked);
  awaitable<bool> send_stream_head(unsigned version);
  awaitable<bool> write_event(const std::string& text, bool is_chunked); ///< as a chunk, or as it is
  awaitable<bool> write(std::string_view text);

  http_core& core_;
  const connection_number number_;
  const connection_table::verdict verdict_;
  client_stream client_;
  boost::beast::flat_buffer buffer_;
  const client_address from_;
  connection_use use_ = connection_use::silent;
  gate wake_;  ///< a permit, or the next change
  gate pause_; ///< between two changes; open once the engine stops
  std::shared_ptr<pending_answer> pending_;

  void set_use(connection_use use);
};

} // namespace sluice
