#include "persistence/attachments.hpp"

#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

std::unexpected<error> no_such_attachment(std::string_view id) {
  return failure(error_code::not_found, notice{"attachment_unknown", {{"id", excerpt(id)}}});
}

result<sha256_hash> attachment_hash(std::string_view id) {
  sha256_hash hash;
  if (!from_hex(id, hash))
    return no_such_attachment(id);
  return hash;
}

result<void> attachment_writer::add(std::string_view bytes) {
  if (info_.bytes + bytes.size() > bytes_max_)
    return failure(error_code::too_large, notice{"attachment_too_large", {{"max", bytes_max_}}});
  info_.bytes += bytes.size();
  hash_.update(bytes);
  return take(bytes);
}

sha256_hash attachment_writer::finish() {
  const auto hash = hash_.finish();
  info_.id = to_hex(hash);
  return hash;
}

result<std::unique_ptr<attachment_writer>>
attachment_store::begin(std::string name, std::string type, std::uint64_t bytes_max, timestamp now) {
  return begin_upload(
      {.id = {}, .name = std::move(name), .type = std::move(type), .bytes = 0, .added_at = now}, bytes_max);
}

std::string encode_attachment(const attachment_record& one) {
  std::string value;
  nlohmann::json::to_cbor(nlohmann::json{{"number", one.number},
                                         {"name", one.info.name},
                                         {"type", one.info.type},
                                         {"bytes", one.info.bytes},
                                         {"at", one.info.added_at.time_since_epoch().count()}},
                          value);
  return value;
}

result<attachment_record> decode_attachment(std::string_view id, std::string_view value) {
  const auto body = nlohmann::json::from_cbor(value.begin(), value.end(), true, false);
  const auto has = [&](const char* name, bool (nlohmann::json::*is)() const noexcept) {
    return body.contains(name) && (body[name].*is)();
  };
  using nlohmann::json;
  if (!body.is_object() || !has("number", &json::is_number_unsigned) || !has("name", &json::is_string) ||
      !has("type", &json::is_string) || !has("bytes", &json::is_number_unsigned) ||
      !has("at", &json::is_number_integer))
    return failure(error_code::corrupt, notice{"attachment_damaged", {{"id", excerpt(id)}}});
  return attachment_record{.info = {.id = std::string{id},
                                    .name = body["name"].get<std::string>(),
                                    .type = body["type"].get<std::string>(),
                                    .bytes = body["bytes"].get<std::uint64_t>(),
                                    .added_at = timestamp(milliseconds(body["at"].get<std::int64_t>()))},
                           .number = body["number"].get<std::uint64_t>()};
}

} // namespace sluice
