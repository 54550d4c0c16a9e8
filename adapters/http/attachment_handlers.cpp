// Files that letters carry: uploaded, listed, looked at, removed.

#include "adapters/http/attachment_types.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::uint64_t attachments_page_max = 1000;
constexpr std::size_t rows_at_once = 5000;

json attachment_json(const stored_attachment& one) {
  return {{"id", one.id},
          {"name", one.name},
          {"type", one.type},
          {"bytes", one.bytes},
          {"added_at", format_timestamp(one.added_at)}};
}

/// An upload on its way into the store. Dropped before its end it leaves nothing.
class attachment_upload final : public body_consumer {
public:
  explicit attachment_upload(std::unique_ptr<attachment_writer> writer) : writer_(std::move(writer)) {}

  result<void> feed(std::string_view bytes) override { return writer_->add(bytes); }

  http_response finish() override {
    const auto made = writer_->commit();
    if (!made)
      return problem(made.error());
    auto response = json_response(201, attachment_json(*made));
    response.headers.emplace_back("Location", "/v1/attachments/" + made->id);
    return response;
  }

private:
  std::unique_ptr<attachment_writer> writer_;
};

/// Whether a row of the audience says that it is its recipient's own.
result<bool>
is_in_rows(const store& from, audience_id audience, const std::string& column, std::string_view id) {
  const auto info = from.audiences().info(audience);
  if (!info)
    return std::unexpected(info.error());
  const auto known = std::ranges::find(info->columns, column);
  if (known == info->columns.end())
    return false;
  const auto place = static_cast<std::uint16_t>(known - info->columns.begin());
  for (letter_index first = 0; first < info->size;) {
    const auto rows = from.audiences().read_rows(audience, first, rows_at_once);
    if (!rows)
      return std::unexpected(rows.error());
    for (std::size_t row = 0; row < rows->size(); ++row)
      for (const auto& field : (*rows)[row].fields)
        if (field.column == place && field.value.find(id) != std::string_view::npos)
          return true;
    if (rows->empty())
      break;
    first += static_cast<letter_index>(rows->size());
  }
  return false;
}

/// A campaign that is not final and whose letters carry it.
result<std::optional<campaign_id>> who_needs(node& engine, const std::string& id) {
  for (const auto& view : engine.campaigns().all()) {
    if (is_final(view->stage))
      continue;
    for (const auto& one : view->spec.attachments) {
      if (one.id == id)
        return view->id;
      if (one.column.empty() || view->audience.id == audience_id{})
        continue;
      const auto is_named = is_in_rows(engine.store(), view->audience.id, one.column, id);
      if (!is_named)
        return std::unexpected(is_named.error());
      if (*is_named)
        return view->id;
    }
  }
  return std::nullopt;
}

} // namespace

result<std::unique_ptr<body_consumer>> upload_attachment(node& engine, const http_request& request) {
  query_reader query(request);
  const auto given = query.text("name");
  if (const auto fault = query.finish())
    return std::unexpected(*fault);
  auto name = attachment_name(given);
  if (!name)
    return std::unexpected(name.error());
  auto type = attachment_type(request.content_type, *name);
  if (!type)
    return std::unexpected(type.error());
  auto writer = engine.store().attachments().begin(std::move(*name), std::move(*type),
                                                   engine.settings().attachment_bytes_max, engine.now());
  if (!writer)
    return std::unexpected(writer.error());
  return std::make_unique<attachment_upload>(std::move(*writer));
}

void list_attachments(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto limit = query.limit(attachments_page_max, attachments_page_max);
  const auto after = query.text("after");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto some = engine.store().attachments().list(after, limit + 1);
  if (!some)
    return answer(problem(some.error()));
  json items = json::array();
  for (const auto& one : *some)
    if (items.size() < limit)
      items.push_back(attachment_json(one));
  const auto next = some->size() > limit ? items.back()["id"] : json();
  answer(json_response(200, {{"items", std::move(items)}, {"next", next}}));
}

void show_attachment(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto one = engine.store().attachments().info(request.captured.front());
  answer(one ? json_response(200, attachment_json(*one)) : problem(one.error()));
}

void show_attachment_content(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto& id = request.captured.front();
  const auto one = engine.store().attachments().info(id);
  if (!one)
    return answer(problem(one.error()));
  auto content = engine.store().attachments().read(id);
  if (!content)
    return answer(problem(content.error()));
  // It is somebody's file, not a page of this server's.
  answer({200,
          one->type,
          std::move(*content),
          {{"Content-Disposition", "attachment"},
           {"Content-Security-Policy", "sandbox; default-src 'none'"},
           {"X-Content-Type-Options", "nosniff"}}});
}

void remove_attachment(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto& id = request.captured.front();
  if (const auto known = engine.store().attachments().info(id); !known)
    return answer(problem(known.error()));
  const auto needed = who_needs(engine, id);
  if (!needed)
    return answer(problem(needed.error()));
  if (*needed)
    return answer(problem(make_error(
        error_code::conflict, notice{"attachment_in_use", {{"id", id}, {"campaign", to_string(**needed)}}})));
  const auto removed = engine.store().attachments().remove(id);
  answer(removed ? http_response{204, "", "", {}} : problem(removed.error()));
}

} // namespace sluice::handlers
