#pragma once
// The HTTP API of a node: JSON under /v1, server-sent events, metrics. Who may do what is decided in one
// place, the table of routes. Slow clients and idle ones hold no thread.

#include "actors/node.hpp"
#include "adapters/http/http_settings.hpp"

#include <cstdint>
#include <memory>

namespace sluice {

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
  /// Takes no more connections, ends streams, lets requests under way end (for five seconds at most; those that
  /// still wait are answered that the engine stops), closes the rest. What handlers answer later is dropped.
  virtual void stop() = 0;
};

} // namespace sluice
