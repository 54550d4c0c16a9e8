#include "tests/unit/adapters/cli/fake_engine.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::cli::test {
namespace {

int bound_socket(int& port) {
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  void* untyped = &address;
  auto* generic = static_cast<sockaddr*>(untyped);
  if (::bind(handle, generic, size) != 0 || ::getsockname(handle, generic, &size) != 0)
    throw std::runtime_error("the test cannot bind a port");
  port = ntohs(address.sin_port);
  return handle;
}

/// Bytes of one connection, as they come.
class reader {
public:
  explicit reader(int connection) : connection_(connection) {}

  std::optional<std::string> line() {
    while (true) {
      const auto end = buffer_.find("\r\n");
      if (end != std::string::npos) {
        auto found = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        return found;
      }
      if (!fill())
        return {};
    }
  }

  std::string bytes(std::size_t count) {
    while (buffer_.size() < count && fill()) {
    }
    auto found = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return found;
  }

private:
  bool fill() {
    char piece[4096];
    const auto count = ::recv(connection_, piece, sizeof(piece), 0);
    if (count > 0)
      buffer_.append(piece, static_cast<std::size_t>(count));
    return count > 0;
  }
  int connection_;
  std::string buffer_;
};

std::optional<fake_request> read_request(reader& from) {
  const auto first = from.line();
  if (!first)
    return {};
  fake_request request;
  const auto space = first->find(' ');
  request.method = first->substr(0, space);
  request.target = first->substr(space + 1, first->rfind(' ') - space - 1);
  while (const auto line = from.line()) {
    if (line->empty())
      break;
    const auto colon = line->find(':');
    auto name = line->substr(0, colon);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[name] = line->substr(std::min(line->size(), colon + 2));
  }
  if (request.headers.contains("content-length"))
    request.body = from.bytes(std::stoul(request.headers["content-length"]));
  if (request.headers["transfer-encoding"] == "chunked")
    while (const auto size = from.line()) {
      const auto count = std::stoul(*size, nullptr, 16);
      request.body += from.bytes(count);
      from.line();
      if (count == 0)
        break;
    }
  return request;
}

} // namespace

fake_engine::fake_engine(script answer) : answer_(std::move(answer)) {
  listener_ = bound_socket(port_);
  ::listen(listener_, 8);
  thread_ = std::thread([this] { serve(); });
}

fake_engine::~fake_engine() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    if (connection_ >= 0)
      ::shutdown(connection_, SHUT_RDWR);
  }
  thread_.join();
  ::close(listener_);
}

std::vector<fake_request> fake_engine::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void fake_engine::serve() {
  while (true) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0)
      return;
    {
      const std::lock_guard lock(mutex_);
      if (is_stopping_) {
        ::close(connection);
        return;
      }
      connection_ = connection;
    }
    serve_connection(connection);
    const std::lock_guard lock(mutex_);
    connection_ = -1;
    ::close(connection);
  }
}

void fake_engine::serve_connection(int connection) {
  reader from(connection);
  while (const auto request = read_request(from)) {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*request);
    }
    const auto answer = answer_(*request);
    auto text = "HTTP/1.1 " + std::to_string(answer.status) + " x\r\nContent-Type: " + answer.type + "\r\n";
    text += answer.closes ? "Connection: close\r\n"
                          : "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    text += "\r\n" + answer.body;
    ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    if (answer.closes)
      return;
  }
}

int port_without_listener() {
  int port = 0;
  ::close(bound_socket(port));
  return port;
}

} // namespace sluice::cli::test
