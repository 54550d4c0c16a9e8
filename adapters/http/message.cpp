#include "adapters/http/message.hpp"

#include "messages/json.hpp"
#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace sluice {

namespace {

unsigned status_of(error_code code) {
  switch (code) {
  case error_code::invalid_input:
    return 400;
  case error_code::unauthenticated:
    return 401;
  case error_code::not_permitted:
    return 403;
  case error_code::not_found:
    return 404;
  case error_code::not_allowed_now:
  case error_code::conflict:
  case error_code::audience_left_out:
    return 409;
  case error_code::too_large:
    return 413;
  case error_code::template_failed:
    return 422;
  case error_code::unavailable:
  case error_code::storage_failed:
    return 503;
  case error_code::corrupt:
  case error_code::internal:
    return 500;
  }
  return 500;
}

} // namespace

http_response json_response(unsigned status, const nlohmann::json& body) {
  return {status,
          "application/json",
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
          {}};
}

void json_page::add(const nlohmann::json& item) {
  text_ += text_.empty() ? "" : ",";
  text_ += item.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  --left_;
}

http_response json_page::answer(const std::string& next) const {
  return {200,
          "application/json",
          "{\"items\":[" + text_ + "],\"next\":" + (next.empty() ? "null" : nlohmann::json(next).dump()) +
              "}\n",
          {}};
}

http_response problem(const error& what) {
  return problem(status_of(what.code), what);
}

http_response too_many(std::string what) {
  return problem(429, {error_code::unavailable, std::move(what)});
}

http_response too_many(const error& what, std::chrono::seconds after) {
  auto response = problem(429, what);
  std::erase_if(response.headers, [](const auto& field) { return field.first == "Retry-After"; });
  response.headers.emplace_back("Retry-After", std::to_string(after.count()));
  return response;
}

http_response problem(unsigned status, const error& what) {
  auto body = to_json(what);
  body["status"] = status;
  auto response = json_response(status, body);
  response.content_type = "application/problem+json";
  if (what.code == error_code::unauthenticated)
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"sluice\"");
  if (what.code == error_code::unavailable || what.code == error_code::storage_failed)
    response.headers.emplace_back("Retry-After", "1");
  return response;
}

bool query_reader::has(const char* name) {
  known_.emplace_back(name);
  return query_.contains(name);
}

std::string query_reader::text(const char* name) {
  return has(name) ? query_.at(name) : std::string{};
}

bool query_reader::boolean(const char* name) {
  if (!has(name))
    return false;
  const auto& given = query_.at(name);
  if (given != "true" && given != "false" && !fault_)
    fault_ = make_error(error_code::invalid_input,
                        notice{"parameter_one_of", {{"parameter", name}, {"names", "true or false"}}});
  return given == "true";
}

std::uint64_t query_reader::number(const char* name, std::uint64_t otherwise, std::uint64_t max) {
  return number_from(name, otherwise, 0, max);
}

std::uint64_t query_reader::limit(std::uint64_t otherwise, std::uint64_t max) {
  return number_from("limit", otherwise, 1, max);
}

std::uint64_t
query_reader::number_from(const char* name, std::uint64_t otherwise, std::uint64_t min, std::uint64_t max) {
  if (!has(name))
    return otherwise;
  const auto& given = query_.at(name);
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (fault == std::errc{} && end == given.data() + given.size() && value >= min && value <= max)
    return value;
  if (!fault_)
    fault_ = make_error(error_code::invalid_input,
                        notice{"parameter_number", {{"parameter", name}, {"min", min}, {"max", max}}});
  return otherwise;
}

std::optional<error> query_reader::finish() {
  for (const auto& [name, value] : query_)
    if (!fault_ && std::ranges::find(known_, name) == known_.end()) {
      std::string all;
      for (const auto& one : known_)
        all += (all.empty() ? "" : ", ") + one;
      notice what{all.empty() ? "parameters_unknown" : "parameter_unknown", {{"parameter", excerpt(name)}}};
      if (!all.empty())
        what.add({"known", all});
      fault_ = make_error(error_code::invalid_input, std::move(what));
    }
  return fault_ ? fault_ : query_fault_;
}

result<nlohmann::json> body_object(const http_request& request) {
  if (request.body.find_first_not_of(" \t\r\n") == std::string::npos)
    return nlohmann::json::object();
  auto parsed = parse_json(request.body);
  if (parsed && !parsed->is_object())
    return failure(error_code::invalid_input, notice{"body_must_be_object"});
  return parsed;
}

result<nlohmann::json> sole_body_object(const http_request& request) {
  if (const auto fault = query_reader(request).finish())
    return std::unexpected(*fault);
  return body_object(request);
}

} // namespace sluice
