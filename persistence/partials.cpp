#include "persistence/partials.hpp"

#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sluice {

result<void> check_partial_name(std::string_view name) {
  const auto is_usual = [](char one) {
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') ||
           one == '_' || one == '.' || one == '-';
  };
  if (name.empty() || name.size() > partial_name_bytes_max || !std::ranges::all_of(name, is_usual))
    return failure(error_code::invalid_input,
                   notice{"partial_name_wrong", {{"name", excerpt(name)}, {"max", partial_name_bytes_max}}});
  return {};
}

result<void> check_partial_content(std::string_view content) {
  if (content.size() > partial_bytes_max)
    return failure(error_code::too_large,
                   notice{"too_many_bytes", {{"field", "content"}, {"max", partial_bytes_max}}});
  if (!is_utf8(content))
    return failure(error_code::invalid_input, notice{"not_utf8", {{"field", "content"}}});
  return {};
}

std::unexpected<error> no_such_partial(std::string_view name) {
  return failure(error_code::not_found, notice{"partial_unknown", {{"name", excerpt(name)}}});
}

std::string encode_partial(const stored_partial& one) {
  nlohmann::json body{{"content", one.content},
                      {"at", one.changed_at.time_since_epoch().count()},
                      {"by", as_utf8(one.changed_by)}};
  if (one.is_deleted)
    body["deleted"] = true;
  std::string value;
  nlohmann::json::to_cbor(body, value);
  return value;
}

result<stored_partial> decode_partial(std::string_view name, std::uint32_t version, std::string_view value) {
  const auto body = nlohmann::json::from_cbor(value.begin(), value.end(), true, false);
  if (!body.is_object() || !body.contains("content") || !body["content"].is_string() ||
      !body.contains("at") || !body["at"].is_number_integer() || !body.contains("by") ||
      !body["by"].is_string())
    return failure(error_code::corrupt,
                   notice{"partial_damaged", {{"name", excerpt(name)}, {"version", version}}});
  return stored_partial{.name = std::string{name},
                        .version = version,
                        .content = body["content"].get<std::string>(),
                        .changed_at = timestamp(milliseconds(body["at"].get<std::int64_t>())),
                        .changed_by = body["by"].get<std::string>(),
                        .is_deleted = body.contains("deleted") && body["deleted"] == true};
}

} // namespace sluice
