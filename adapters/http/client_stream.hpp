#pragma once
// A client's connection, plain or under TLS: what the rest reads from and writes to without asking which. Its time limits
// are those of the socket below.

#include <boost/asio/async_result.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace sluice {

class client_stream {
public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  explicit client_stream(boost::asio::ip::tcp::socket socket) : below_(std::move(socket)) {}

  /// Before anything is read: from now on everything goes through TLS. `context` is kept.
  void begin_tls(std::shared_ptr<boost::asio::ssl::context> context) {
    context_ = std::move(context);
    tls_.emplace(below_, *context_);
  }
  bool is_tls() const { return tls_.has_value(); }
  boost::asio::ssl::stream<boost::beast::tcp_stream&>& tls() { return *tls_; }
  /// The bytes as they are on the wire.
  boost::beast::tcp_stream& below() { return below_; }

  executor_type get_executor() { return below_.get_executor(); }
  boost::asio::ip::tcp::socket& socket() { return below_.socket(); }
  template <class Span>
  void expires_after(Span span) {
    below_.expires_after(span);
  }
  void expires_never() { below_.expires_never(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& into, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const Buffers& buffers) {
          if (tls_)
            tls_->async_read_some(buffers, std::move(handler));
          else
            below_.async_read_some(buffers, std::move(handler));
        },
        token, into);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& from, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const Buffers& buffers) {
          if (tls_)
            tls_->async_write_some(buffers, std::move(handler));
          else
            below_.async_write_some(buffers, std::move(handler));
        },
        token, from);
  }

private:
  boost::beast::tcp_stream below_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_; ///< before the socket it is on
};

} // namespace sluice
