#pragma once
// A whole engine in this process: the node, its relay, its HTTP interface, the token file. What `serve` and
// `demo` have in common.

#include "actors/node.hpp"
#include "adapters/cli/configuration.hpp"
#include "adapters/cli/engine_address.hpp"
#include "adapters/http/page.hpp"

#include <memory>
#include <optional>
#include <string>

namespace sluice {
class http_server;
}

namespace sluice::cli {

class running_engine {
public:
  /// `page`: what is served at /; none is fine. Everything is up when it returns. What cannot be had (the port, the folder, the relay's URL) is the
  /// failure's message, and nothing is left running.
  static outcome<std::unique_ptr<running_engine>> start(const configuration& with, page_files page);
  ~running_engine();
  running_engine(const running_engine&) = delete;
  running_engine& operator=(const running_engine&) = delete;

  sluice::node& engine() { return *node_; }
  /// "http://127.0.0.1:8025", with the port that is really listened on.
  const std::string& url() const { return url_; }
  const std::string& token() const { return token_; }

  /// First no more requests, then the engine: letters on connections are finished. Idempotent.
  void stop();

private:
  running_engine() = default;

  std::unique_ptr<sluice::node> node_;
  std::unique_ptr<http_server> http_;
  std::optional<engine_address> address_; ///< held as long as it runs
  std::string url_;
  std::string token_;
};

} // namespace sluice::cli
