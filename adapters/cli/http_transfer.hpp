#pragma once
// One HTTP exchange after another over a kept connection (libcurl). Bodies may be streamed both ways.

#include "adapters/cli/exit.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli {

struct http_request {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers; ///< "Name: value"
  std::string body;
  std::string ca_file; ///< PEM, trusted with https:// in place of what the system trusts; empty: that
  /// A streamed body instead: fills the buffer and returns how much; 0 ends it, nothing breaks it off.
  std::function<std::optional<std::size_t>(char* into, std::size_t bytes_max)> read_body;
  std::optional<std::uint64_t> body_bytes; ///< of a streamed body, where it is known
  /// Takes the answer as it comes, where the status is 2xx; false ends the exchange, which then succeeds.
  std::function<bool(std::string_view)> on_body;
  /// Called about once a second and oftener while the exchange lasts.
  std::function<void()> on_tick;
};

struct http_answer {
  long status = 0;
  std::string body; ///< empty where `on_body` took it
};

class http_transfer {
public:
  http_transfer();
  ~http_transfer();
  http_transfer(const http_transfer&) = delete;
  http_transfer& operator=(const http_transfer&) = delete;

  /// Any answer is a success here, whatever its status. `unreachable` when there was none. May be called by what another
  /// exchange calls.
  outcome<http_answer> run(const http_request& what);

private:
  struct handle;
  std::unique_ptr<handle> handle_;
};

/// Percent-encoded for a query or a path segment (RFC 3986, all but the unreserved characters).
std::string url_encoded(std::string_view text);

} // namespace sluice::cli
