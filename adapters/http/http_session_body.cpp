// A session's request bodies: small and large ones into memory, imports piece by piece into their consumer.

#include "adapters/http/chunked_body.hpp"
#include "adapters/http/http_session.hpp"

#include <boost/asio/write.hpp>

#include <algorithm>

namespace sluice {

namespace {

namespace asio = boost::asio;

constexpr std::size_t piece_bytes = 64U * 1024U;

/// Takes a body out of the bytes of its connection, whichever way its end is known.
class body_decoder {
public:
  explicit body_decoder(const body_framing& framing) :
      is_chunked_(framing.form == body_form::chunked), left_(framing.bytes) {}

  /// As chunked_body::take.
  result<std::size_t> take(std::string_view bytes, const std::function<void(std::string_view)>& on_data) {
    if (is_chunked_)
      return chunks_.take(bytes, on_data);
    const auto piece =
        bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    if (!piece.empty())
      on_data(piece);
    left_ -= piece.size();
    return piece.size();
  }
  bool is_complete() const { return is_chunked_ ? chunks_.is_complete() : left_ == 0; }

private:
  bool is_chunked_;
  std::uint64_t left_;
  chunked_body chunks_;
};

} // namespace

asio::awaitable<bool> http_session::send_continue(unsigned version) {
  if (version < 11) // which knows no such answer
    co_return true;
  const auto is_written = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
  co_return is_written;
}

/// Waits until there is something to decode. False: nothing more comes.
asio::awaitable<bool> http_session::fill_buffer() {
  if (buffer_.size() > 0)
    co_return true;
  client_.expires_after(core_.settings.body_timeout);
  const auto into = buffer_.prepare(piece_bytes);
  const auto [fault, bytes] = co_await client_.async_read_some(into, as_result);
  if (fault)
    co_return false;
  buffer_.commit(bytes);
  co_return true;
}

asio::awaitable<http_session::body_end> http_session::read_body(const exchange_ptr& asked) {
  const auto began = std::chrono::steady_clock::now();
  const auto bytes_max = asked->entry->body_bytes_max;
  auto& body = asked->request.body;
  body.reserve(asked->framing.bytes);
  body_decoder decoder(asked->framing);
  auto is_too_large = false;
  while (!decoder.is_complete()) {
    const auto has_bytes = co_await fill_buffer();
    if (!has_bytes || std::chrono::steady_clock::now() - began > core_.settings.whole_body_timeout)
      co_return body_end{};
    const auto bytes = buffer_.data();
    const auto taken =
        decoder.take({static_cast<const char*>(bytes.data()), bytes.size()}, [&](std::string_view piece) {
          is_too_large = is_too_large || body.size() + piece.size() > bytes_max;
          if (!is_too_large)
            body += piece;
        });
    if (!taken)
      co_return body_end{false, problem(taken.error())};
    if (is_too_large)
      co_return body_end{
          false, problem(make_error(error_code::too_large, notice{"body_too_large", {{"max", bytes_max}}}))};
    buffer_.consume(*taken);
  }
  co_return body_end{true, std::nullopt};
}

asio::awaitable<http_session::body_end>
http_session::import_body(const exchange_ptr& asked, const std::shared_ptr<body_consumer>& into) {
  body_decoder decoder(asked->framing);
  while (!decoder.is_complete()) {
    const auto has_bytes = co_await fill_buffer();
    if (!has_bytes)
      co_return body_end{};
    // The pieces stay where they are until the consumer has taken them.
    std::vector<std::string_view> pieces;
    const auto bytes = buffer_.data();
    const auto taken = decoder.take({static_cast<const char*>(bytes.data()), bytes.size()},
                                    [&](std::string_view piece) { pieces.push_back(piece); });
    if (!taken)
      co_return body_end{false, problem(taken.error())};
    std::optional<error> refused;
    const auto feed = [&pieces, &refused, &into] {
      for (const auto piece : pieces)
        if (const auto fed = into->feed(piece); !fed) {
          refused = fed.error();
          return;
        }
    };
    co_await core_.run_on(core_.import_threads, feed);
    if (refused)
      co_return body_end{false, problem(*refused)};
    buffer_.consume(*taken);
  }
  co_return body_end{true, std::nullopt};
}

} // namespace sluice
