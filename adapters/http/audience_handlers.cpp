#include "adapters/http/audience_json.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json_value.hpp"
#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

nlohmann::json audience_json(const audience_info& info) {
  return {{"id", to_string(info.id)}, {"name", info.name},
          {"size", info.size},        {"rows", info.size},
          {"columns", info.columns},  {"role_addresses", info.role_addresses},
          {"hash", info.hash},        {"created_at", format_timestamp(info.created_at)}};
}

} // namespace sluice

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::uint64_t rows_default = 20;
constexpr std::uint64_t rows_max = 1000;

/// With what is known of its import, of which a list shows the total alone.
result<json> with_import(node& engine, const audience_info& info, bool is_whole) {
  auto shown = audience_json(info);
  const auto import = engine.store().audiences().import_of(info.id);
  if (!import)
    return std::unexpected(import.error());
  if (!*import)
    return shown;
  if (!is_whole) {
    shown["left_out_total"] = (*import)->left_out_total;
    return shown;
  }
  add_import(shown, **import);
  const auto rows = engine.store().audiences().left_out(info.id);
  if (!rows)
    return std::unexpected(rows.error());
  shown["left_out"] = to_json(*rows);
  return shown;
}

result<audience_info> named_audience(node& engine, const http_request& request) {
  const auto id = parse_audience_id(request.captured.front());
  if (!id)
    return failure(error_code::not_found,
                   notice{"audience_unknown", {{"audience", excerpt(request.captured.front())}}});
  return engine.store().audiences().info(*id);
}

} // namespace

void list_audiences(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto limit = query.limit(rows_max, rows_max);
  const auto after = query.text("after");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto after_id = after.empty() ? std::optional(audience_id{}) : parse_audience_id(after);
  if (!after_id)
    return answer(problem(make_error(
        error_code::invalid_input,
        notice{"parameter_one_of", {{"parameter", "after"}, {"names", "an audience's id, like a1"}}})));
  const auto all = engine.store().audiences().list();
  if (!all)
    return answer(problem(all.error()));
  json items = json::array();
  json next;
  for (const auto& info : *all) {
    if (info.id <= *after_id)
      continue;
    if (items.size() == limit) {
      next = items.back()["id"];
      break;
    }
    auto item = with_import(engine, info, false);
    if (!item)
      return answer(problem(item.error()));
    items.push_back(std::move(*item));
  }
  answer(json_response(200, {{"items", std::move(items)}, {"next", std::move(next)}}));
}

void show_audience(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto info = named_audience(engine, request);
  const auto shown = info ? with_import(engine, *info, true) : std::unexpected(info.error());
  answer(shown ? json_response(200, *shown) : problem(shown.error()));
}

void show_audience_rows(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto first = query.number("first", 0, letters_max);
  const auto limit = query.limit(rows_default, rows_max);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto info = named_audience(engine, request);
  if (!info)
    return answer(problem(info.error()));
  const auto rows = engine.store().audiences().read(info->id, static_cast<letter_index>(first), limit);
  if (!rows)
    return answer(problem(rows.error()));
  json items = json::array();
  auto index = first;
  for (const auto& row : *rows) {
    json item{{"index", index++}, {"email", row.email}};
    for (const auto& field : row.fields)
      item["fields"][info->columns.at(field.column)] =
          is_json_value(field.value) ? json::parse(json_of_value(field.value), nullptr, false)
                                     : json(field.value);
    items.push_back(std::move(item));
  }
  const auto next = index < info->size ? json(std::to_string(index)) : json();
  answer(json_response(200, {{"items", std::move(items)}, {"next", next}}));
}

} // namespace sluice::handlers
