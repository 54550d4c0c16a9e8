#pragma once
// A socket to an SMTP server, plain or under TLS. Reads and writes never block; `on_event` is called when a
// read has brought something or a blocked write may go on. Belongs to the loop's thread.

#include "adapters/smtp/send_queue.hpp"
#include "adapters/smtp/tls_session.hpp"
#include "messages/notice.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class smtp_stream {
public:
  explicit smtp_stream(boost::asio::io_context& io) : socket_(io) {}

  boost::asio::ip::tcp::socket& socket() { return socket_; }
  /// After connecting: sets the socket's options.
  void prepare();
  void close();

  /// What was read and not consumed yet; the owner removes bytes from its front.
  std::string_view input;
  /// Why no more can be read; empty: more may come.
  const notice& end_of_input() const { return end_; }
  /// Begins a read unless one is under way or `input` is not empty. `owner` is kept until it is over.
  template <class Owner>
  void read(std::shared_ptr<Owner> owner) {
    if (is_reading_ || !input.empty() || !end_.empty())
      return;
    is_reading_ = true;
    socket_.async_read_some(boost::asio::buffer(raw_),
                            [this, owner = std::move(owner)](boost::system::error_code why, std::size_t got) {
                              take_read(why, got);
                              owner->stream_event();
                            });
  }

  enum class progress : std::uint8_t { done, blocked, failed };
  /// Begins to write the pieces of `body`, then `tail`; their octets are left untouched by the owner until it is
  /// done. At most one at a time.
  void put(std::span<const std::string_view> body, std::string_view tail);
  /// Writes what the socket takes now. Of a large letter a part at a time, which is `blocked` too: other connections have
  /// their turn between, and what the server has to say amid the letter is heard.
  progress write();
  bool is_writing() const { return is_writing_; }
  /// Whether anything of `tail` may have left this machine.
  bool has_begun_tail() const { return written_ > body_bytes_; }
  std::size_t written() const { return written_; }
  const notice& write_fault() const { return write_fault_; }
  /// After `blocked`: calls owner->stream_event() when the socket takes more.
  template <class Owner>
  void await_room(std::shared_ptr<Owner> owner) {
    if (is_awaiting_room_)
      return;
    is_awaiting_room_ = true;
    socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                       [this, owner = std::move(owner)](boost::system::error_code) {
                         is_awaiting_room_ = false;
                         owner->stream_event();
                       });
  }

  /// From now on everything goes through TLS; what is in `input` is dropped, since nobody vouches for it.
  void begin_tls(const tls_trust& trust, const std::string& host, bool verifies);
  /// Goes on with the handshake after each event.
  tls_session::progress shake_hands();
  const std::string& tls_fault() const { return tls_->fault(); }
  bool is_untrusted() const { return tls_->is_untrusted(); }
  /// Instead of its part in the handshake the server sent an SMTP greeting in clear.
  bool greets_in_clear() const { return greets_in_clear_; }
  bool is_tls() const { return tls_.has_value(); }
  channel_binding binding() const { return tls_ ? tls_->binding() : channel_binding{}; }

private:
  void take_read(boost::system::error_code why, std::size_t got);
  void decrypt(std::size_t got);
  void encrypt_more();
  void encrypt(std::string_view plaintext);
  bool gather_record();

  static constexpr std::size_t turn_octets = 256 * 1024;

  boost::asio::ip::tcp::socket socket_;
  std::array<char, 16 * 1024> raw_{};
  std::string decrypted_;
  notice end_;
  bool is_reading_ = false;

  static constexpr std::size_t not_known = std::numeric_limits<std::size_t>::max();

  send_queue to_send_;
  std::size_t body_bytes_ =
      not_known; ///< on the wire; under TLS it is known when all of the body is encrypted
  std::size_t written_ = 0;
  bool is_writing_ = false;
  bool is_awaiting_room_ = false;
  notice write_fault_;

  std::optional<tls_session> tls_;
  bool is_shaking_hands_ = false;
  bool greets_in_clear_ = false;
  // What is still to be encrypted, and what was.
  std::vector<std::string_view> body_;
  std::size_t body_at_ = 0;
  std::string_view tail_;
  std::string record_;
  std::string encrypted_;
};

} // namespace sluice
