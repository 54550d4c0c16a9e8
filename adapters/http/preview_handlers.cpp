// The letter as it would leave: its source, or taken apart.

#include "actors/audit/log_queries.hpp"
#include "actors/letter_preview.hpp"
#include "actors/letters/letter_parts.hpp"
#include "adapters/http/campaign_json.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"

namespace sluice::handlers {

namespace {

using nlohmann::json;

/// `part` is html, text, headers, source, or all.
json parts_json(const std::string& source, std::string_view part) {
  const auto parts = parts_of(source);
  json shown{{"subject", parts.subject}, {"from", parts.from}, {"to", parts.to}};
  const auto is_wanted = [&](std::string_view one) { return part == "all" || part == one; };
  if (is_wanted("html"))
    shown["html"] = parts.html;
  if (is_wanted("text"))
    shown["text"] = parts.text;
  json files = json::array();
  for (const auto& file : parts.files) {
    json one{{"name", file.name}, {"type", file.type}, {"bytes", file.bytes}};
    if (!file.content_id.empty())
      one["content_id"] = file.content_id;
    files.push_back(std::move(one));
  }
  if (part == "all" || !files.empty())
    shown["attachments"] = std::move(files);
  if (is_wanted("source"))
    shown["source"] = source;
  if (is_wanted("headers")) {
    shown["headers"] = json::array();
    for (const auto& [name, value] : parts.headers)
      shown["headers"].push_back(json::array({name, value}));
  }
  return shown;
}

} // namespace

void show_preview(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto index = query.number("index", 0, letters_max);
  const auto part = query.text("part");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  if (!part.empty() && part != "all" && part != "html" && part != "text" && part != "headers" &&
      part != "source")
    return answer(problem(
        make_error(error_code::invalid_input,
                   notice{"parameter_one_of",
                          {{"parameter", "part"}, {"names", "all, html, text, headers or source"}}})));
  const auto view = whole_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  auto letter = preview_letter(engine.store(), *view, static_cast<letter_index>(index), engine.now());
  if (!letter)
    return answer(problem(letter.error()));
  if (part.empty())
    return answer({200, "message/rfc822", std::move(*letter), {}});
  answer(json_response(200, parts_json(*letter, part)));
}

void preview_content(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto index = from.number("index", 0, letters_max).value_or(0);
  auto unsaved = unsaved_campaign_in(engine, from);
  if (!unsaved)
    return answer(problem(unsaved.error()));
  campaign_view view;
  view.spec = std::move(unsaved->spec);
  view.audience.id = unsaved->audience;
  const auto letter = preview_letter(engine.store(), view, static_cast<letter_index>(index), engine.now());
  answer(letter ? json_response(200, parts_json(*letter, "all")) : problem(letter.error()));
}

} // namespace sluice::handlers
