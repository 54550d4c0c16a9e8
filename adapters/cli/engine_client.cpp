#include "adapters/cli/engine_client.hpp"

#include "adapters/cli/event_stream.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace sluice::cli {
namespace {

constexpr std::uint64_t page_items = 1000;

/// A text field of an object, or empty.
std::string text_at(const nlohmann::json& from, const char* field) {
  const auto found = from.is_object() ? from.find(field) : from.end();
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// A cursor as the next page's `after`: text or a number.
std::string cursor_of(const nlohmann::json& page) {
  const auto found = page.find("next");
  if (found == page.end() || found->is_null())
    return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

} // namespace

engine_client::engine_client(std::string url, engine_credentials with) :
    url_(std::move(url)), token_(std::move(with.token)), withheld_(std::move(with.withheld)),
    ca_file_(std::move(with.ca_file)) {}

http_request
engine_client::request(std::string method, std::string_view path, const query& parameters) const {
  http_request what;
  what.method = std::move(method);
  what.url = fmt::format("{}{}", url_, path);
  what.ca_file = ca_file_;
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty())
      continue;
    what.url += fmt::format("{}{}={}", separator, name, url_encoded(value));
    separator = '&';
  }
  if (!token_.empty())
    what.headers.push_back(fmt::format("Authorization: Bearer {}", token_));
  return what;
}

failed engine_client::refusal_of(const http_answer& answer) const {
  const auto problem = nlohmann::json::parse(answer.body, nullptr, false);
  auto words = text_at(problem, "detail");
  if (words.empty())
    words = text_at(problem, "title");
  if (words.empty())
    words = fmt::format("{} answered with HTTP status {}; is that a Sluice engine?", url_, answer.status);
  if (answer.status == 401 && token_.empty())
    words += ". No token was found: give --token, SLUICE_TOKEN, or --data with the engine's data folder";
  return {exit_code::refused, shown(words)};
}

outcome<http_answer> engine_client::run(const http_request& what) {
  if (withheld_)
    return std::unexpected(*withheld_);
  if (token_.find_first_of("\r\n") != std::string::npos)
    return fail(exit_code::usage, "the token has a line break in it");
  auto answer = transfer_.run(what);
  if (!answer)
    return fail(answer.error().code,
                fmt::format("no engine answers at {}: {}", url_, answer.error().message));
  if (answer->status < 200 || answer->status >= 300)
    return std::unexpected(refusal_of(*answer));
  return answer;
}

outcome<nlohmann::json> engine_client::run_json(const http_request& what) {
  const auto answer = run(what);
  if (!answer)
    return std::unexpected(answer.error());
  if (answer->body.empty())
    return nlohmann::json::object();
  auto value = nlohmann::json::parse(answer->body, nullptr, false);
  if (value.is_discarded())
    return fail(exit_code::refused, fmt::format("{} answered with something that is no JSON", url_));
  return value;
}

outcome<nlohmann::json> engine_client::get(std::string_view path, const query& parameters) {
  return run_json(request("GET", path, parameters));
}

outcome<std::string> engine_client::get_text(std::string_view path, const query& parameters) {
  auto answer = run(request("GET", path, parameters));
  if (!answer)
    return std::unexpected(answer.error());
  return std::move(answer->body);
}

outcome<nlohmann::json> engine_client::patch(std::string_view path, const nlohmann::json& body) {
  auto what = request("PATCH", path, {});
  what.headers.emplace_back("Content-Type: application/json");
  what.body = json_text(body);
  return run_json(what);
}

outcome<void> engine_client::download(std::string_view path,
                                      const query& parameters,
                                      const std::function<bool(std::string_view)>& take) {
  auto what = request("GET", path, parameters);
  what.on_body = take;
  const auto answer = run(what);
  return answer ? outcome<void>{} : std::unexpected(answer.error());
}

outcome<nlohmann::json>
engine_client::post(std::string_view path, const nlohmann::json& body, std::string_view key) {
  auto what = request("POST", path, {});
  what.headers.emplace_back("Content-Type: application/json");
  if (key.find_first_of("\r\n") != std::string_view::npos)
    return fail(exit_code::usage, "the idempotency key has a line break in it");
  if (!key.empty())
    what.headers.push_back(fmt::format("Idempotency-Key: {}", key));
  what.body = json_text(body);
  return run_json(what);
}

outcome<nlohmann::json> engine_client::put(std::string_view path, const nlohmann::json& body) {
  auto what = request("PUT", path, {});
  what.headers.emplace_back("Content-Type: application/json");
  what.body = json_text(body);
  return run_json(what);
}

outcome<nlohmann::json> engine_client::remove(std::string_view path, const query& parameters) {
  return run_json(request("DELETE", path, parameters));
}

outcome<nlohmann::json> engine_client::remove(std::string_view path, const nlohmann::json& body) {
  auto what = request("DELETE", path, {});
  what.headers.emplace_back("Content-Type: application/json");
  what.body = json_text(body);
  return run_json(what);
}

outcome<nlohmann::json>
engine_client::upload(std::string_view path,
                      const query& parameters,
                      std::function<std::optional<std::size_t>(char*, std::size_t)> read_body,
                      std::optional<std::uint64_t> body_bytes,
                      const std::string& content_type) {
  auto what = request("POST", path, parameters);
  what.headers.push_back("Content-Type: " + content_type);
  what.read_body = std::move(read_body);
  what.body_bytes = body_bytes;
  return run_json(what);
}

outcome<void> engine_client::each_item(std::string_view path,
                                       const query& parameters,
                                       std::uint64_t limit,
                                       const std::function<bool(const nlohmann::json&)>& visit) {
  std::uint64_t left = limit == 0 ? UINT64_MAX : limit;
  std::string after;
  while (left > 0) {
    auto asked = parameters;
    asked.emplace_back("limit", std::to_string(std::min(left, page_items)));
    asked.emplace_back("after", after);
    const auto page = get(path, asked);
    if (!page)
      return std::unexpected(page.error());
    const auto items = page->is_object() ? page->find("items") : page->end();
    if (items == page->end() || !items->is_array())
      return fail(exit_code::refused, fmt::format("{} answered with something that is no list", url_));
    for (const auto& item : *items) {
      if (left == 0 || !visit(item))
        return {};
      --left;
    }
    after = cursor_of(*page);
    if (after.empty() || items->empty())
      return {};
  }
  return {};
}

outcome<void> engine_client::stream(std::string_view path,
                                    const query& parameters,
                                    const std::function<bool(std::string_view, std::string_view)>& visit,
                                    std::function<void()> on_tick) {
  bool was_ended = false;
  event_stream events([&](std::string_view name, std::string_view data) {
    was_ended = !visit(name, data);
    return !was_ended;
  });
  auto what = request("GET", path, parameters);
  what.headers.emplace_back("Accept: text/event-stream");
  what.on_tick = std::move(on_tick);
  what.on_body = [&](std::string_view piece) { return events.take(piece); };
  const auto answer = run(what);
  if (!answer)
    return std::unexpected(answer.error());
  if (!was_ended)
    return fail(exit_code::unreachable, fmt::format("the engine at {} closed the stream", url_));
  return {};
}

std::string json_text(const nlohmann::json& value, int indent) {
  return shown_json(value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace sluice::cli
