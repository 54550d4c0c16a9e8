#include "persistence/audience_info_codec.hpp"

#include "persistence/audience_rows.hpp"
#include "persistence/big_endian.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sluice {

std::string encode_audience_info(const audience_info& info) {
  std::string value;
  append_big_endian(value, info.size);
  nlohmann::json::to_cbor(nlohmann::json{{"name", info.name},
                                         {"roles", info.role_addresses},
                                         {"columns", info.columns},
                                         {"hash", info.hash},
                                         {"at", info.created_at.time_since_epoch().count()}},
                          value);
  return value;
}

namespace {

std::unexpected<error> damaged_info(audience_id id) {
  return failure(error_code::corrupt,
                 fmt::format("what is stored of audience {} cannot be read; bring the store back from a copy",
                             to_string(id)));
}

} // namespace

result<std::string>
with_text(audience_id id, std::string_view value, const char* field, const std::string& text) {
  if (value.size() < sizeof(letter_index))
    return damaged_info(id);
  auto body = nlohmann::json::from_cbor(value.begin() + sizeof(letter_index), value.end(), true, false);
  if (!body.is_object())
    return damaged_info(id);
  body[field] = text;
  std::string changed(value.substr(0, sizeof(letter_index)));
  nlohmann::json::to_cbor(body, changed);
  return changed;
}

std::string encode_deleted(const audience_info& info, timestamp at) {
  std::string value;
  nlohmann::json::to_cbor(nlohmann::json{{"name", info.name},
                                         {"size", info.size},
                                         {"hash", info.hash},
                                         {"at", at.time_since_epoch().count()}},
                          value);
  return value;
}

std::unexpected<error> deletion_of(audience_id id, std::string_view value) {
  const auto body = nlohmann::json::from_cbor(value.begin(), value.end(), true, false);
  if (!body.is_object() || !body.contains("name") || !body["name"].is_string() || !body.contains("at") ||
      !body["at"].is_number_integer())
    return damaged_info(id);
  return audience_was_deleted(id, body["name"].get<std::string>(),
                              timestamp(milliseconds(body["at"].get<std::int64_t>())));
}

result<audience_info> decode_audience_info(audience_id id, std::string_view value) {
  const auto damaged = [&] { return damaged_info(id); };
  if (value.size() < sizeof(letter_index))
    return damaged();
  const auto body = nlohmann::json::from_cbor(value.begin() + sizeof(letter_index), value.end(), true, false);
  const auto has = [&](const char* name, bool (nlohmann::json::*is)() const noexcept) {
    return body.contains(name) && (body[name].*is)();
  };
  using nlohmann::json;
  if (!body.is_object() || !has("name", &json::is_string) || !has("roles", &json::is_number_unsigned) ||
      !has("columns", &json::is_array) || !has("hash", &json::is_string) ||
      !has("at", &json::is_number_integer))
    return damaged();
  audience_info info{.id = id,
                     .name = body["name"].get<std::string>(),
                     .size = read_big_endian<letter_index>(value.data()),
                     .role_addresses = body["roles"].get<letter_index>(),
                     .columns = {},
                     .hash = body["hash"].get<std::string>(),
                     .created_at = timestamp(milliseconds(body["at"].get<std::int64_t>()))};
  if (body.contains("root")) {
    if (!has("root", &json::is_string))
      return damaged();
    info.root = body["root"].get<std::string>();
  }
  for (const auto& column : body["columns"]) {
    if (!column.is_string())
      return damaged();
    info.columns.push_back(column.get<std::string>());
  }
  return info;
}

} // namespace sluice
