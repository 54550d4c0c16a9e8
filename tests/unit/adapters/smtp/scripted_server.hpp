#pragma once
// An SMTP server whose every step the test takes: it accepts, reads and says only what it is told to. On
// loopback, on a free port. Every wait has a generous deadline and throws when it passes, so that a test
// fails with words and never hangs.

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace sluice::test {

inline constexpr std::chrono::seconds patience{20};
inline const std::vector<std::string> usual_offers{"PIPELINING", "8BITMIME", "SMTPUTF8"};

struct script_failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The server's side of one connection.
class server_side {
public:
  explicit server_side(int socket) : socket_(socket) {}
  ~server_side() { close(); }
  server_side(server_side&& other) noexcept;
  server_side& operator=(server_side&&) = delete;

  void say(std::string_view text);
  /// The next line, without its CRLF. A line that ends otherwise is a failure.
  std::string line();
  /// Reads the next line and requires it to be `expected`.
  void hear(std::string_view expected);
  /// Hears MAIL, RCPT and DATA of a letter to `recipient`, and answers none.
  void hear_letter(std::string_view recipient);
  /// Hears them and takes them: the message comes next.
  void go_ahead(std::string_view recipient);
  /// Takes a whole letter.
  void carry(std::string_view recipient);
  /// All up to the end of data, as it came over the wire, without the final dot.
  std::string message();
  /// Hears BDAT with the last chunk, and reads its octets.
  std::string chunk();
  /// Waits for the client to close. What it sends before is returned.
  std::string rest();
  /// True when nothing comes for a little while.
  bool hears_nothing();

  /// 220, EHLO, and a reply that offers these.
  void greet(const std::vector<std::string>& offers);
  /// Hears EHLO and answers it.
  void answer_hello(const std::vector<std::string>& offers);
  /// Takes the server's part in a TLS handshake; false when it fails.
  bool start_tls(ssl_ctx_st* context);

  /// The connection's tls-exporter (RFC 9266); empty without TLS 1.3.
  std::string tls_exporter() const;

  void close();
  /// Closes so that the client gets a reset.
  void reset();

private:
  bool fill();
  void wait(bool for_room);

  int socket_ = -1;
  ssl_st* tls_ = nullptr;
  std::string received_;
};

class scripted_server {
public:
  scripted_server();
  ~scripted_server();
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;

  std::uint16_t port() const { return port_; }
  /// "smtp://127.0.0.1:port"
  std::string url(std::string_view scheme = "smtp", std::string_view user = "") const;
  server_side accept();
  /// Accepts and greets.
  server_side welcome(const std::vector<std::string>& offers = usual_offers);
  /// True when nobody connects for a little while.
  bool is_left_alone();
  /// From now on connections are refused.
  void close();
  /// Listens again on the same port.
  void listen();

private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
};

} // namespace sluice::test
