#pragma once
// The engine as its HTTP interface shows it: JSON in and out, problem details turned into failures.

#include "adapters/cli/http_transfer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::cli {

/// Query parameters; those with an empty value are left out.
using query = std::vector<std::pair<std::string, std::string>>;

/// What the engine is asked with.
struct engine_credentials {
  std::string token{};
  std::optional<failed> withheld{}; ///< the token must not be sent there, and nothing is asked
  std::string ca_file{};            ///< PEM, of an engine with TLS; empty: what the system trusts
};

class engine_client {
public:
  engine_client(std::string url, engine_credentials with);

  const std::string& url() const { return url_; }

  outcome<nlohmann::json> get(std::string_view path, const query& parameters = {});
  /// As it came, where it is not JSON.
  outcome<std::string> get_text(std::string_view path, const query& parameters = {});
  outcome<nlohmann::json> post(std::string_view path, const nlohmann::json& body, std::string_view key = {});
  outcome<nlohmann::json> put(std::string_view path, const nlohmann::json& body);
  outcome<nlohmann::json> patch(std::string_view path, const nlohmann::json& body);
  /// An answer of any length, piece by piece, until `take` returns false.
  outcome<void>
  download(std::string_view path, const query& parameters, const std::function<bool(std::string_view)>& take);
  outcome<nlohmann::json> remove(std::string_view path, const query& parameters = {});
  outcome<nlohmann::json> remove(std::string_view path, const nlohmann::json& body);

  /// A body that is streamed; see http_request.
  outcome<nlohmann::json>
  upload(std::string_view path,
         const query& parameters,
         std::function<std::optional<std::size_t>(char* into, std::size_t bytes_max)> read_body,
         std::optional<std::uint64_t> body_bytes,
         const std::string& content_type = "application/octet-stream");

  /// Every item of a list, page by page, until `visit` returns false. `limit` 0: all.
  outcome<void> each_item(std::string_view path,
                          const query& parameters,
                          std::uint64_t limit,
                          const std::function<bool(const nlohmann::json&)>& visit);

  /// Server-sent events, until `visit(name, data)` returns false (success) or the connection ends
  /// (`unreachable`). `on_tick` is called about once a second.
  outcome<void> stream(std::string_view path,
                       const query& parameters,
                       const std::function<bool(std::string_view, std::string_view)>& visit,
                       std::function<void()> on_tick = {});

private:
  http_request request(std::string method, std::string_view path, const query& parameters) const;
  outcome<http_answer> run(const http_request& what);
  outcome<nlohmann::json> run_json(const http_request& what);
  failed refusal_of(const http_answer& answer) const;

  std::string url_;
  std::string token_;
  std::optional<failed> withheld_;
  std::string ca_file_;
  http_transfer transfer_;
};

/// One line, invalid UTF-8 replaced, control characters escaped.
std::string json_text(const nlohmann::json& value, int indent = -1);

} // namespace sluice::cli
