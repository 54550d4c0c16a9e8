// Pieces of templates that campaigns have in common.

#include "actors/letters/partials.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"
#include "messages/json_reader.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace sluice::handlers {

namespace {

using nlohmann::json;

json partial_json(const stored_partial& one, bool with_content) {
  json shown{{"name", one.name},
             {"version", one.version},
             {"changed_at", format_timestamp(one.changed_at)},
             {"changed_by", one.changed_by}};
  if (with_content)
    shown["content"] = one.content;
  return shown;
}

} // namespace

void put_partial(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto content = from.text("content", partial_bytes_max);
  if (!from.has("content"))
    from.fail("content", notice{"partial_content_needed"});
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  if (const auto checked = check_partial(content); !checked)
    return answer(problem(make_error(error_code::invalid_input, notice_of(checked.error()))));
  const auto made =
      engine.store().partials().put(request.captured.front(), content, request.who.name, engine.now());
  answer(made ? json_response(200, partial_json(*made, true)) : problem(made.error()));
}

void list_partials(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto limit = query.limit(1000, 1000);
  const auto after = query.text("after");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto all = engine.store().partials().list();
  if (!all)
    return answer(problem(all.error()));
  json items = json::array();
  json next;
  for (const auto& one : *all) {
    if (one.name <= after)
      continue;
    if (items.size() == limit) {
      next = items.back()["name"];
      break;
    }
    items.push_back(partial_json(one, false));
  }
  answer(json_response(200, {{"items", std::move(items)}, {"next", std::move(next)}}));
}

void show_partial(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  std::optional<std::uint32_t> version;
  if (query.has("version"))
    version =
        static_cast<std::uint32_t>(query.number("version", 1, std::numeric_limits<std::uint32_t>::max()));
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto one = engine.store().partials().find(request.captured.front(), version);
  answer(one ? json_response(200, partial_json(*one, true)) : problem(one.error()));
}

void remove_partial(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto removed =
      engine.store().partials().remove(request.captured.front(), request.who.name, engine.now());
  answer(removed ? http_response{204, "", "", {}} : problem(removed.error()));
}

} // namespace sluice::handlers
