#pragma once
// Where the HTTP interface listens, and its limits. README.md in this folder says what happens at each of them.

#include "adapters/http/concurrency_limiter.hpp"
#include "adapters/http/connection_table.hpp"
#include "adapters/http/guess_limiter.hpp"
#include "adapters/http/oidc_settings.hpp"
#include "adapters/http/page.hpp"
#include "messages/time.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice {

struct http_settings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8025;   ///< 0: any that is free
  page_files page;             ///< served at /; none: the API alone
  bool metrics_public = false; ///< /metrics and /version without a token for other machines, too
  oidc_settings oidc;

  bool is_tls = false; ///< it speaks TLS itself, with the two files
  std::filesystem::path tls_certificate;
  std::filesystem::path tls_key;
  /// They are looked at so often, and read anew when they have changed.
  milliseconds tls_look_every{std::chrono::seconds(5)};
  /// What it may be called in Host besides addresses and "localhost"; not asked for under TLS of its own, where the
  /// certificate says it.
  std::vector<std::string> hosts;

  connection_limits connections;
  guess_limits guesses;
  concurrency_limits looks{.per_client = 4, .in_all = 16};
  concurrency_limits heavy_looks{.per_client = 1, .in_all = 4};
  /// Requests whose body has more than small_body_bytes_max.
  concurrency_limits large_bodies{.per_client = 2, .in_all = 4, .waiting_per_client = 512};
  concurrency_limits imports{.per_client = 2, .in_all = 4, .waiting_per_client = 512};

  milliseconds header_timeout{std::chrono::seconds(10)};
  milliseconds body_timeout{std::chrono::seconds(30)};      ///< between two pieces of a body
  milliseconds whole_body_timeout{std::chrono::minutes(2)}; ///< for all of it, but for an import's
  milliseconds idle_timeout{std::chrono::seconds(60)};      ///< between two requests
  milliseconds write_timeout{std::chrono::seconds(30)};     ///< for a piece of an answer
  milliseconds stop_timeout{std::chrono::seconds(5)};       ///< for requests under way when the engine stops
  /// So long a client that was answered has to close; what it still sends meanwhile is dropped (RFC 9112, 9.6).
  milliseconds close_timeout{std::chrono::seconds(10)};
};

} // namespace sluice
