// An SMTP server that takes everything and keeps nothing, and offers CHUNKING (RFC 3030), which Postfix's smtp-sink does
// not: for comparing BDAT with DATA. One thread; prints its port and serves until it is ended.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

using boost::asio::ip::tcp;

/// Replies to all that is there in one write, as RFC 2920 asks a server to.
class session : public std::enable_shared_from_this<session> {
public:
  explicit session(tcp::socket connection) : connection_(std::move(connection)) {
    connection_.set_option(tcp::no_delay(true));
    replies_ = "220 sink.example\r\n";
  }

  void go_on() {
    auto self = shared_from_this();
    if (!replies_.empty()) {
      sent_ = std::exchange(replies_, {});
      boost::asio::async_write(connection_, boost::asio::buffer(sent_), [self](auto fault, std::size_t) {
        if (!fault)
          self->go_on();
      });
      return;
    }
    if (is_over_)
      return;
    connection_.async_read_some(boost::asio::buffer(buffer_), [self](auto fault, std::size_t bytes) {
      if (fault)
        return;
      self->waiting_.append(self->buffer_.data(), bytes);
      self->take();
      self->go_on();
    });
  }

private:
  void take() {
    std::size_t at = 0;
    while (at < waiting_.size() && take_one(at)) {
    }
    waiting_.erase(0, at);
  }

  /// False: what is there is not whole.
  bool take_one(std::size_t& at) {
    if (chunk_left_ > 0) {
      const auto some = std::min(chunk_left_, waiting_.size() - at);
      chunk_left_ -= some;
      at += some;
      if (chunk_left_ == 0)
        replies_ += "250 2.0.0 Ok\r\n";
      return chunk_left_ == 0;
    }
    if (is_in_data_) {
      const auto end = waiting_.find("\r\n.\r\n", at);
      if (end == std::string::npos) {
        at = std::max(at, waiting_.size() - std::min<std::size_t>(waiting_.size(), 4));
        return false;
      }
      at = end + 5;
      is_in_data_ = false;
      replies_ += "250 2.0.0 Ok\r\n";
      return true;
    }
    const auto end = waiting_.find("\r\n", at);
    if (end == std::string::npos)
      return false;
    answer(std::string_view{waiting_}.substr(at, end - at));
    at = end + 2;
    return true;
  }

  void answer(std::string_view line) {
    const auto verb = line.substr(0, 4);
    if (verb == "EHLO") {
      replies_ += "250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n";
    } else if (verb == "DATA") {
      is_in_data_ = true;
      replies_ += "354 go on\r\n";
    } else if (verb == "BDAT") {
      chunk_left_ = std::strtoull(std::string{line.substr(5)}.c_str(), nullptr, 10);
    } else if (verb == "QUIT") {
      is_over_ = true;
      replies_ += "221 2.0.0 Bye\r\n";
    } else {
      replies_ += "250 2.0.0 Ok\r\n";
    }
  }

  tcp::socket connection_;
  std::array<char, 1 << 16> buffer_{};
  std::string waiting_;
  std::string replies_;
  std::string sent_;
  std::size_t chunk_left_ = 0;
  bool is_in_data_ = false;
  bool is_over_ = false;
};

void accept(tcp::acceptor& from) {
  from.async_accept([&from](auto fault, tcp::socket connection) {
    if (!fault)
      std::make_shared<session>(std::move(connection))->go_on();
    accept(from);
  });
}

} // namespace

int main() {
  boost::asio::io_context loop(1);
  tcp::acceptor acceptor(loop, {boost::asio::ip::make_address("127.0.0.1"), 0});
  std::printf("%u\n", unsigned{acceptor.local_endpoint().port()});
  std::fflush(stdout);
  accept(acceptor);
  loop.run();
  return 0;
}
