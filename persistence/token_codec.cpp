#include "persistence/token_codec.hpp"

#include <nlohmann/json.hpp>

#include <span>

namespace sluice {

namespace {

bool read_scope_texts(const nlohmann::json& body, const char* field, std::vector<std::string>& into) {
  const auto found = body.find(field);
  if (found == body.end())
    return true;
  if (!found->is_array())
    return false;
  for (const auto& one : *found) {
    if (!one.is_string())
      return false;
    into.push_back(one.get<std::string>());
  }
  return true;
}

} // namespace

result<token_info> decode_token(const sha256_hash& hash, std::string_view value) {
  const auto body = nlohmann::json::from_cbor(value.begin(), value.end(), true, false);
  const auto damaged =
      failure(error_code::corrupt, "a stored token cannot be read; bring the data folder back "
                                   "from a copy");
  if (!body.is_object() || !body.contains("name") || !body["name"].is_string() || !body.contains("role") ||
      !body["role"].is_string() || !body.contains("at") || !body["at"].is_number_integer())
    return damaged;
  const auto role = parse_role(body["role"].get<std::string>());
  if (!role)
    return damaged;
  token_info info{.id = to_hex(std::span(hash).first(4)),
                  .name = body["name"].get<std::string>(),
                  .role = *role,
                  .created_at = timestamp(milliseconds(body["at"].get<std::int64_t>()))};
  if (const auto id = body.find("id"); id != body.end()) {
    if (!id->is_string())
      return damaged;
    info.id = id->get<std::string>();
  }
  if (const auto until = body.find("until"); until != body.end()) {
    if (!until->is_number_integer())
      return damaged;
    info.expires_at = timestamp(milliseconds(until->get<std::int64_t>()));
  }
  if (!read_scope_texts(body, "domains", info.scope.domains) ||
      !read_scope_texts(body, "tags", info.scope.tags))
    return damaged;
  info.is_superseded = body.contains("old");
  return info;
}

std::string encode_token(const sha256_hash& hash, const token_info& info) {
  nlohmann::json body{{"name", info.name},
                      {"role", std::string(name_of(info.role))},
                      {"at", info.created_at.time_since_epoch().count()}};
  if (info.id != to_hex(std::span(hash).first(4)))
    body["id"] = info.id;
  if (info.expires_at)
    body["until"] = info.expires_at->time_since_epoch().count();
  if (!info.scope.domains.empty())
    body["domains"] = info.scope.domains;
  if (!info.scope.tags.empty())
    body["tags"] = info.scope.tags;
  if (info.is_superseded)
    body["old"] = true;
  std::string value;
  nlohmann::json::to_cbor(body, value);
  return value;
}

} // namespace sluice
