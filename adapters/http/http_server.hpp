#pragma once
// The HTTP API of a node: JSON under /v1, server-sent events, metrics. Who may do what is decided in one
// place, the table of routes. Slow clients and idle ones hold no thread.

#include "actors/node.hpp"
#include "adapters/http/page.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace sluice {

/// Where to listen, and the limits.
struct http_settings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8025; ///< 0: any that is free
  std::size_t connections_max = 4096;
  std::size_t threads = 4;
  std::size_t json_body_bytes_max = 4U << 20U;
  milliseconds header_timeout{std::chrono::seconds(10)};
  milliseconds body_timeout{std::chrono::seconds(30)}; ///< between two pieces of a body
  milliseconds idle_timeout{std::chrono::seconds(60)}; ///< between two requests
  page_files page;                                     ///< served at /; none: the API alone
};

class http_server {
public:
  /// Tries the address and lets it go again: to be asked before a node is opened, which may send at once.
  static result<void> can_listen(const http_settings& settings);
  /// Listens and serves until `stop`. `invalid_input` when the address is none, `unavailable` when it is taken.
  /// The node must outlive the server.
  static result<std::unique_ptr<http_server>> start(node& engine, http_settings settings);
  virtual ~http_server() = default;

  /// The port that it listens on.
  virtual std::uint16_t port() const = 0;
  /// Takes no more connections, lets requests under way end (for five seconds at most), closes the rest.
  virtual void stop() = 0;
};

} // namespace sluice
