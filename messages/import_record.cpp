#include "messages/import_record.hpp"

#include "messages/notice_json.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

namespace {

using nlohmann::json;

constexpr int import_record_version = 1;

std::string cbor_of(const json& value) {
  std::string stored;
  json::to_cbor(value, stored);
  return stored;
}

/// Nothing where it is no map of a version that is known.
std::optional<json> stored_map(std::string_view stored) {
  auto value = json::from_cbor(stored.begin(), stored.end(), true, false);
  if (!value.is_object() || value.value("v", json()) != import_record_version)
    return std::nullopt;
  return value;
}

std::optional<std::string> text_in(const json& from, const char* name) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_string())
    return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::uint64_t> number_in(const json& from, const char* name) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_number_unsigned())
    return std::nullopt;
  return found->get<std::uint64_t>();
}

std::optional<std::vector<notice>> notices_in(const json& from, const char* name) {
  const auto found = from.find(name);
  auto read = found == from.end() ? notices_from_json(json::array()) : notices_from_json(*found);
  return read ? std::optional(std::move(*read)) : std::nullopt;
}

} // namespace

double left_out_percent(const import_summary& summary, std::uint64_t rows_taken) {
  const auto failed = static_cast<double>(summary.left_out_total - summary.left_out_repeated);
  const auto all = failed + static_cast<double>(rows_taken);
  return all > 0 ? 100 * failed / all : 0;
}

std::string encode_import_summary(const import_summary& summary) {
  const auto& read = summary.read;
  return cbor_of({{"v", import_record_version},
                  {"format", read.format},
                  {"encoding", read.encoding},
                  {"delimiter", read.delimiter},
                  {"email_column", read.email_column},
                  {"sheet", read.sheet},
                  {"notices", to_json(read.notices)},
                  {"left_out", summary.left_out_total},
                  {"repeated", summary.left_out_repeated},
                  {"reasons", to_json(summary.reasons)}});
}

std::optional<import_summary> decode_import_summary(std::string_view stored) {
  const auto map = stored_map(stored);
  if (!map)
    return std::nullopt;
  auto format = text_in(*map, "format");
  auto encoding = text_in(*map, "encoding");
  auto delimiter = text_in(*map, "delimiter");
  auto email_column = text_in(*map, "email_column");
  auto sheet = text_in(*map, "sheet");
  auto notices = notices_in(*map, "notices");
  auto reasons = notices_in(*map, "reasons");
  const auto total = number_in(*map, "left_out");
  const auto repeated = number_in(*map, "repeated");
  if (!format || !encoding || !delimiter || !email_column || !sheet || !notices || !reasons || !total ||
      !repeated || *repeated > *total)
    return std::nullopt;
  return import_summary{{std::move(*format), std::move(*encoding), std::move(*delimiter),
                         std::move(*email_column), std::move(*sheet), std::move(*notices)},
                        *total,
                        *repeated,
                        std::move(*reasons)};
}

std::string encode_left_out(const std::vector<left_out_entry>& rows) {
  auto list = json::array();
  for (const auto& row : rows)
    list.push_back({{"line", row.line}, {"notice", to_json(row.why)}, {"cell", row.cell}});
  return cbor_of({{"v", import_record_version}, {"rows", std::move(list)}});
}

std::optional<std::vector<left_out_entry>> decode_left_out(std::string_view stored) {
  const auto map = stored_map(stored);
  if (!map || !map->contains("rows") || !(*map)["rows"].is_array())
    return std::nullopt;
  std::vector<left_out_entry> rows;
  for (const auto& one : (*map)["rows"]) {
    const auto line = one.is_object() ? number_in(one, "line") : std::nullopt;
    auto cell = line ? text_in(one, "cell") : std::nullopt;
    auto why = cell && one.contains("notice") ? notice_from_json(one["notice"]) : result<notice>{};
    if (!cell || !why)
      return std::nullopt;
    rows.push_back({*line, std::move(*why), std::move(*cell)});
  }
  return rows;
}

} // namespace sluice
