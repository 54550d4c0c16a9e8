#include "tests/unit/adapters/smtp/scripted_server.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace sluice::test {

namespace {

/// Long enough for what is wrongly sent to arrive on loopback; a test that waits it out has found nothing.
constexpr int little_while_ms = 60;
constexpr int patience_ms = static_cast<int>(std::chrono::milliseconds(patience).count());

bool is_ready(int socket, short events, int timeout_ms) {
  pollfd one{socket, events, 0};
  return ::poll(&one, 1, timeout_ms) > 0;
}

} // namespace

server_side::server_side(server_side&& other) noexcept :
    socket_(std::exchange(other.socket_, -1)), tls_(std::exchange(other.tls_, nullptr)),
    received_(std::move(other.received_)) {}

void server_side::say(std::string_view text) {
  while (!text.empty()) {
    wait(true);
    const auto done = tls_ != nullptr
                          ? static_cast<ssize_t>(SSL_write(tls_, text.data(), static_cast<int>(text.size())))
                          : ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (done <= 0)
      throw script_failure("the client is gone, so it cannot be told: " + std::string{text});
    text.remove_prefix(static_cast<std::size_t>(done));
  }
}

void server_side::wait(bool for_room) {
  if (tls_ != nullptr && SSL_pending(tls_) > 0 && !for_room)
    return;
  if (!is_ready(socket_, for_room ? POLLOUT : POLLIN, patience_ms))
    throw script_failure("nothing came from the client; so far: \"" + received_ + "\"");
}

bool server_side::fill() {
  wait(false);
  std::array<char, 65536> part{};
  const auto got = tls_ != nullptr
                       ? static_cast<ssize_t>(SSL_read(tls_, part.data(), static_cast<int>(part.size())))
                       : ::recv(socket_, part.data(), part.size(), 0);
  if (got <= 0)
    return false;
  received_.append(part.data(), static_cast<std::size_t>(got));
  return true;
}

std::string server_side::line() {
  std::size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos)
    if (!fill())
      throw script_failure("the client closed amid a line: \"" + received_ + "\"");
  if (end == 0 || received_[end - 1] != '\r')
    throw script_failure("a line that does not end in CRLF: " + received_.substr(0, end));
  auto found = received_.substr(0, end - 1);
  received_.erase(0, end + 1);
  return found;
}

void server_side::hear(std::string_view expected) {
  const auto heard = line();
  if (heard != expected)
    throw script_failure("expected \"" + std::string{expected} + "\", heard \"" + heard + "\"");
}

void server_side::hear_letter(std::string_view recipient) {
  hear("MAIL FROM:<sender@example.org>");
  hear("RCPT TO:<" + std::string{recipient} + ">");
  hear("DATA");
}

void server_side::go_ahead(std::string_view recipient) {
  hear_letter(recipient);
  say("250 ok\r\n250 ok\r\n354 go\r\n");
}

void server_side::carry(std::string_view recipient) {
  go_ahead(recipient);
  message();
  say("250 ok\r\n");
}

std::string server_side::message() {
  constexpr std::string_view end_of_data = "\r\n.\r\n";
  std::size_t searched = 0;
  const auto found_end = [&] {
    if (received_.starts_with(end_of_data.substr(2)))
      return std::size_t{0};
    // From where the last search ended: from the beginning, twenty megabytes would take a minute.
    const auto from = searched;
    searched = received_.size() - std::min(received_.size(), end_of_data.size());
    return received_.find(end_of_data, from);
  };
  auto end = found_end();
  while (end == std::string::npos) {
    if (!fill())
      throw script_failure("the client closed amid a message");
    end = found_end();
  }
  const auto is_empty = received_.starts_with(end_of_data.substr(2));
  auto found = is_empty ? std::string{} : received_.substr(0, end + 2);
  received_.erase(0, is_empty ? 3 : end + 5);
  return found;
}

std::string server_side::chunk() {
  const auto command = line();
  if (!command.starts_with("BDAT ") || !command.ends_with(" LAST"))
    throw script_failure("expected BDAT and LAST, heard \"" + command + "\"");
  const auto octets = std::stoul(command.substr(5));
  while (received_.size() < octets)
    if (!fill())
      throw script_failure("the client closed amid a chunk");
  auto found = received_.substr(0, octets);
  received_.erase(0, octets);
  return found;
}

std::string server_side::rest() {
  while (fill())
    ;
  return std::exchange(received_, {});
}

bool server_side::hears_nothing() {
  return received_.empty() && (tls_ == nullptr || SSL_pending(tls_) == 0) &&
         !is_ready(socket_, POLLIN, little_while_ms);
}

void server_side::greet(const std::vector<std::string>& offers) {
  say("220 scripted.example ESMTP\r\n");
  answer_hello(offers);
}

void server_side::answer_hello(const std::vector<std::string>& offers) {
  const auto hello = line();
  if (!hello.starts_with("EHLO "))
    throw script_failure("expected EHLO, heard \"" + hello + "\"");
  std::string text = offers.empty() ? "250 scripted.example\r\n" : "250-scripted.example\r\n";
  for (std::size_t at = 0; at < offers.size(); ++at)
    text += (at + 1 == offers.size() ? "250 " : "250-") + offers[at] + "\r\n";
  say(text);
}

bool server_side::start_tls(ssl_ctx_st* context) {
  tls_ = SSL_new(context);
  SSL_set_fd(tls_, socket_);
  timeval limit{patience.count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return SSL_accept(tls_) == 1;
}

std::string server_side::tls_exporter() const {
  static constexpr std::string_view label = "EXPORTER-Channel-Binding";
  std::string key(32, '\0');
  if (tls_ == nullptr || SSL_version(tls_) != TLS1_3_VERSION ||
      SSL_export_keying_material(tls_, reinterpret_cast<unsigned char*>(key.data()), key.size(), label.data(),
                                 label.size(), nullptr, 0, 0) != 1)
    return {};
  return key;
}

void server_side::close() {
  if (tls_ != nullptr)
    SSL_free(std::exchange(tls_, nullptr));
  if (socket_ >= 0)
    ::close(std::exchange(socket_, -1));
}

void server_side::reset() {
  const linger now{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

scripted_server::scripted_server() {
  listen();
}
scripted_server::~scripted_server() {
  close();
}

void scripted_server::listen() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  // The kernel's own may grow until a large letter is there before the server has read any of it.
  const int octets_unread = 256 * 1024;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &octets_unread, sizeof octets_unread);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port_);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(socket_, any, size) != 0 || ::listen(socket_, 64) != 0 ||
      ::getsockname(socket_, any, &size) != 0)
    throw script_failure("cannot listen on loopback");
  port_ = ntohs(address.sin_port);
}

std::string scripted_server::url(std::string_view scheme, std::string_view user) const {
  return std::string{scheme} + "://" + std::string{user} + (user.empty() ? "" : "@") +
         "127.0.0.1:" + std::to_string(port_);
}

server_side scripted_server::accept() {
  if (!is_ready(socket_, POLLIN, patience_ms))
    throw script_failure("nobody connected");
  const auto peer = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  const int yes = 1; // replies are small, and each would wait 40 ms for the one before it to be acknowledged
  ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return server_side{peer};
}

server_side scripted_server::welcome(const std::vector<std::string>& offers) {
  auto peer = accept();
  peer.greet(offers);
  return peer;
}

bool scripted_server::is_left_alone() {
  return !is_ready(socket_, POLLIN, little_while_ms);
}

void scripted_server::close() {
  if (socket_ >= 0)
    ::close(std::exchange(socket_, -1));
}

} // namespace sluice::test
