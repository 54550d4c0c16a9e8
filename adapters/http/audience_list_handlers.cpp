#include "adapters/http/audience_export.hpp"
#include "adapters/http/audience_json.hpp"
#include "adapters/http/house_acts.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/http/scope.hpp"
#include "messages/address_search.hpp"
#include "messages/json.hpp"
#include "messages/json_value.hpp"
#include "messages/lower_case.hpp"
#include "messages/utf8.hpp"

#include <algorithm>

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::uint64_t audience_rows_default = 20;
constexpr std::uint64_t audience_rows_max = 1000;
/// How many addresses a search looks at before it answers with what it has.
constexpr letter_index searched_rows_max = 100'000;
constexpr std::size_t searched_at_once = 2'000;
constexpr std::size_t campaigns_named_max = 10;

result<audience_info> named_audience(node& engine, const http_request& request) {
  const auto id = parse_audience_id(request.captured.front());
  if (!id)
    return failure(error_code::not_found,
                   notice{"audience_unknown", {{"audience", excerpt(request.captured.front())}}});
  return engine.store().audiences().info(*id);
}

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), ascii_lower_case);
  return text;
}

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

template <class Row>
json row_json(const audience_info& info, letter_index index, const Row& row) {
  json item{{"index", index}, {"email", row.email}};
  for (const auto& field : row.fields)
    item["fields"][info.columns.at(field.column)] =
        is_json_value(field.value) ? json::parse(json_of_value(field.value), nullptr, false)
                                   : json(field.value);
  return item;
}

/// The campaigns that keep an audience from being deleted; those that who asks is not to see have no name.
std::vector<std::string> campaigns_with(node& engine, const token_info& who, audience_id audience) {
  std::vector<std::string> found;
  for (const auto& view : engine.campaigns().all())
    if (view->audience.id == audience && !is_final(view->stage))
      found.push_back(is_in_scope(who.scope, view->spec) ? to_string(view->id) : "–");
  return found;
}

notice in_use(const audience_info& info, const std::vector<std::string>& campaigns) {
  std::string named;
  for (std::size_t at = 0; at < std::min(campaigns.size(), campaigns_named_max); ++at)
    named += (at == 0 ? "" : ", ") + campaigns[at];
  notice what{"audience_in_use", {{"name", info.name}, {"campaigns", named}}};
  if (campaigns.size() > campaigns_named_max)
    what.add({"more", campaigns.size() - campaigns_named_max});
  return what;
}

struct rows_page {
  json items = json::array();
  letter_index next = 0;
};

/// Rows from `first` on whose address has the words in it; it may end early.
result<rows_page> search_rows(const audience_store& from,
                              const audience_info& info,
                              const std::string& words,
                              letter_index first,
                              std::uint64_t limit) {
  const searched_words wanted(words);
  rows_page page{.next = first};
  const auto end =
      static_cast<letter_index>(std::min<std::uint64_t>(info.size, std::uint64_t{first} + searched_rows_max));
  while (page.next < end && page.items.size() < limit) {
    const auto rows =
        from.read_rows(info.id, page.next, std::min<std::size_t>(searched_at_once, end - page.next));
    if (!rows)
      return std::unexpected(rows.error());
    if (rows->empty())
      return failure(error_code::corrupt,
                     notice{"row_missing", {{"row", page.next}, {"audience", to_string(info.id)}}});
    for (std::size_t row = 0; row < rows->size() && page.items.size() < limit; ++row, ++page.next)
      if (wanted.are_in((*rows)[row].email))
        page.items.push_back(row_json(info, page.next, (*rows)[row]));
  }
  return page;
}

result<rows_page>
plain_rows(const audience_store& from, const audience_info& info, letter_index first, std::uint64_t limit) {
  const auto rows = from.read(info.id, first, limit);
  if (!rows)
    return std::unexpected(rows.error());
  rows_page page{.next = first};
  for (const auto& row : *rows)
    page.items.push_back(row_json(info, page.next++, row));
  return page;
}

} // namespace

void list_audiences(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto limit = query.limit(audience_rows_max, audience_rows_max);
  const auto after = query.text("after");
  const auto words = in_lower_case(query.text("q"));
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
    if (info.id <= *after_id || in_lower_case(info.name).find(words) == std::string::npos)
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
  const auto first = static_cast<letter_index>(query.number("first", 0, letters_max));
  const auto limit = query.limit(audience_rows_default, audience_rows_max);
  const auto words = query.text("q");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto info = named_audience(engine, request);
  if (!info)
    return answer(problem(info.error()));
  const auto& audiences = engine.store().audiences();
  auto page = words.empty() ? plain_rows(audiences, *info, first, limit)
                            : search_rows(audiences, *info, words, first, limit);
  if (!page)
    return answer(problem(page.error()));
  request.page_reads->on_page(engine, request, "audience", to_string(info->id), page->items.size());
  const auto next = page->next < info->size ? json(std::to_string(page->next)) : json();
  answer(json_response(200, {{"items", std::move(page->items)}, {"next", next}}));
}

void rename_audience(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto name = from.text("name", audience_name_bytes_max);
  if (name.empty())
    from.fail("name", notice{"audience_name_needed"});
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  const auto info = named_audience(engine, request);
  if (!info)
    return answer(problem(info.error()));
  const auto renamed = engine.store().audiences().rename(info->id, name, request.done_at(engine.now()));
  answer(renamed ? json_response(200, audience_json(*renamed)) : problem(renamed.error()));
}

void delete_audience(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  if (const auto fault = object_reader(*body, "").finish())
    return answer(problem(*fault));
  const auto info = named_audience(engine, request);
  if (!info)
    return answer(problem(info.error()));
  if (const auto campaigns = campaigns_with(engine, request.who, info->id); !campaigns.empty())
    return answer(problem(make_error(error_code::conflict, in_use(*info, campaigns))));
  const auto removed = engine.store().audiences().remove(info->id, request.done_at(engine.now()));
  answer(removed ? http_response{204, "", "", {}} : problem(removed.error()));
}

void export_audience(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto format = query.text("format");
  const auto shields_formulas = query.boolean("shield");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  if (!format.empty() && format != "csv" && format != "jsonl")
    return answer(problem(
        make_error(error_code::invalid_input,
                   notice{"parameter_one_of", {{"parameter", "format"}, {"names", "csv or jsonl"}}})));
  const auto info = named_audience(engine, request);
  if (!info)
    return answer(problem(info.error()));
  if (auto told = tell_of_export(engine, request, "audience", to_string(info->id), info->size); !told)
    return answer(problem(told.error()));
  const auto is_csv = format != "jsonl";
  http_response response{.content_type =
                             is_csv ? "text/csv; charset=utf-8; header=present" : "application/jsonl",
                         .body = {},
                         .headers = {}};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + to_string(info->id) +
                                                           (is_csv ? ".csv\"" : ".jsonl\""));
  response.produced =
      make_audience_export(engine.store().audiences(), *info,
                           is_csv ? export_format::csv : export_format::json_lines, shields_formulas);
  answer(std::move(response));
}

} // namespace sluice::handlers
