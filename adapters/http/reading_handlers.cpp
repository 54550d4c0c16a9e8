#include "actors/audit/log_history.hpp"
#include "actors/audit/log_queries.hpp"
#include "actors/audit/progress.hpp"
#include "actors/audit/recovery.hpp"
#include "actors/core/due.hpp"
#include "adapters/http/address_mask.hpp"
#include "adapters/http/house_acts.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"
#include "messages/json_reader.hpp"
#include "messages/notice_json.hpp"

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::uint64_t read_page_default = 100;
constexpr std::uint64_t plan_page_default = 1000;
constexpr std::uint64_t read_page_max = 10'000;
constexpr std::uint64_t curve_points_max = 500;

/// Parts from number `first` on, `limit` at most, and when the last of all begins.
json parts_json(
    const plan& plan, timestamp zero, letter_index total, std::uint64_t first, std::uint64_t limit) {
  json items = json::array();
  json next;
  each_part(plan, zero, total, first, [&](const planned_part& part) {
    if (items.size() == limit) {
      next = std::to_string(part.number);
      return false;
    }
    items.push_back({{"part", part.number},
                     {"at", format_timestamp(part.at)},
                     {"letters", part.letters},
                     {"total", part.letters_total}});
    return true;
  });
  const auto ends_at = due_at(plan, zero, std::nullopt, total, total - 1);
  return {{"items", std::move(items)}, {"ends_at", format_timestamp(ends_at)}, {"next", std::move(next)}};
}

json letter_json(const letter_row& row) {
  return {{"index", row.index},
          {"email", row.is_erased ? std::string{"erased"} : row.email},
          {"erased", row.is_erased},
          {"outcome", name_of(row.state)},
          {"attempts", row.attempts},
          {"last_reply",
           row.last_reply.text.empty() && row.last_reply.code == 0 ? json() : to_json(row.last_reply)},
          {"message_id", row.message_id},
          {"changed_at", row.changed_at ? json(format_timestamp(*row.changed_at)) : json()},
          {"retry_at", row.retry_at ? json(format_timestamp(*row.retry_at)) : json()},
          {"provisional", row.is_refused_for_now}};
}

/// What is to be said of an answer that has no addresses, since the campaign's list was deleted.
void add_deletion(node& engine, const campaign_view& view, json& body) {
  if (view.audience.id == audience_id{})
    return;
  const auto info = engine.store().audiences().info(view.audience.id);
  if (!info && info.error().notice.code == "audience_deleted")
    body["notice"] = to_json(info.error().notice);
}

void answer_letters(node& engine,
                    const http_request& request,
                    const campaign_view& view,
                    const letters_query& asked,
                    const respond& answer) {
  const auto rows = list_letters(engine.store(), view, asked, request.letters.get());
  if (!rows)
    return answer(problem(rows.error()));
  request.page_reads->on_page(engine, request, "letters", to_string(view.id), rows->size());
  json items = json::array();
  for (const auto& row : *rows)
    items.push_back(letter_json(row));
  const auto next =
      rows->size() == asked.limit && !rows->empty() ? json(std::to_string(rows->back().index)) : json();
  json body{{"items", std::move(items)}, {"next", next}};
  if (!rows->empty() && rows->front().email.empty())
    add_deletion(engine, view, body);
  answer(json_response(200, body));
}

void answer_search(node& engine,
                   const http_request& request,
                   const campaign_view& view,
                   const std::string& words,
                   const letters_query& asked,
                   const respond& answer) {
  const auto found = search_letters(engine.store(), view, words, asked, request.letters.get());
  if (!found)
    return answer(problem(found.error()));
  json items = json::array();
  for (const auto& row : found->rows)
    items.push_back(letter_json(row));
  const auto next = found->last ? json(std::to_string(*found->last)) : json();
  answer(json_response(200, {{"items", std::move(items)}, {"next", next}}));
}

/// A page of letters: `limit` and `after`.
void page_of(query_reader& query, letters_query& asked) {
  asked.limit = query.limit(read_page_default, letters_limit_max);
  if (query.has("after"))
    asked.after = static_cast<letter_index>(query.number("after", 0, letters_max));
}

} // namespace

void show_plan(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto limit = query.limit(plan_page_default, read_page_max);
  const auto first = query.number("after", 0, UINT32_MAX);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  const auto now = engine.now();
  const auto zero = view->t0.value_or(std::max(view->spec.plan.start_at.value_or(now), now));
  const auto total = view->counts.total;
  if (const auto checked = check_end(view->spec.plan, zero, total); !checked)
    return answer(problem(checked.error())); // a draft of long ago: its start would be refused too
  answer(json_response(200, parts_json(view->spec.plan, zero, total, first, limit)));
}

void forecast(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto limit = query.limit(plan_page_default, read_page_max);
  const auto first = query.number("after", 0, UINT32_MAX);
  const auto points = query.number("points", 0, curve_points_max);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto body = body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto letters = from.number("letters", 1, letters_max);
  if (!letters)
    from.fail("letters", notice{"letters_needed"});
  const auto read = plan_from_json(from.has("plan") ? from.at("plan") : json::object());
  if (!read)
    from.fail(read.error());
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  const auto now = engine.now();
  const auto zero = std::max(read->start_at.value_or(now), now);
  const auto total = static_cast<letter_index>(*letters);
  if (const auto checked = check_end(*read, zero, total); !checked)
    return answer(problem(checked.error()));
  auto timetable = parts_json(*read, zero, total, first, limit);
  if (points > 0) {
    timetable["curve"] = json::array();
    for (const auto& one : due_curve(*read, zero, std::nullopt, total, points))
      timetable["curve"].push_back({format_timestamp(one.at), one.due});
  }
  answer(json_response(200, timetable));
}

void show_responses(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  query.limit(read_page_default, read_page_max);
  query.text("after");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  const auto responses = responses_of(engine.store(), *view);
  if (!responses)
    return answer(problem(responses.error()));
  json items = json::array();
  for (const auto& one : *responses) {
    auto item = to_json(one);
    item["example"] = nullptr;
    const auto row = engine.store().audiences().read(view->audience.id, one.example, 1);
    if (row && !row->empty())
      item["example"] = row->front().email;
    items.push_back(std::move(item));
  }
  json body{{"items", std::move(items)}, {"next", nullptr}};
  add_deletion(engine, *view, body);
  answer(json_response(200, body));
}

void show_letters(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  letters_query asked;
  page_of(query, asked);
  const auto outcome = query.text("outcome");
  asked.is_refused_for_now = query.boolean("provisional");
  const auto address = query.text("address");
  const auto words = query.text("q");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  if (!outcome.empty()) {
    asked.outcome = parse_letter_state(outcome);
    if (!asked.outcome)
      return answer(problem(make_error(
          error_code::invalid_input,
          notice{"parameter_one_of",
                 {{"parameter", "outcome"},
                  {"names", "pending, in_flight, accepted, refused, deferred, skipped or in_doubt"}}})));
  }
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  if (!words.empty() && !sees_addresses(request.who.role))
    return answer(problem(make_error(error_code::not_permitted, notice{"watcher_searches_not"})));
  if (!words.empty())
    return answer_search(engine, request, *view, words, asked, answer);
  if (address.empty())
    return answer_letters(engine, request, *view, asked, answer);
  const auto row = find_letter(engine.store(), *view, address, request.letters.get());
  if (!row)
    return answer(problem(row.error()));
  answer(json_response(200, {{"items", json::array({letter_json(*row)})}, {"next", nullptr}}));
}

namespace {
/// Pages of all letters that `asked` names already.
void show_chosen(node& engine, const http_request& request, letters_query asked, const respond& answer) {
  query_reader query(request);
  page_of(query, asked);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  answer_letters(engine, request, *view, asked, answer);
}
} // namespace

void show_doubt(node& engine, const http_request& request, const respond& answer) {
  letters_query asked;
  asked.outcome = letter_state::in_doubt;
  show_chosen(engine, request, asked, answer);
}

void show_refusals(node& engine, const http_request& request, const respond& answer) {
  letters_query asked;
  asked.is_refused_for_now = true;
  show_chosen(engine, request, asked, answer);
}

void show_log(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto limit = query.limit(read_page_default, read_page_max);
  const auto after = query.number("after", 0, UINT64_MAX - 1);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  json_page page(limit);
  event_number last = 0;
  auto has_more = false;
  const auto read = engine.store().journal().read(view->id, after + 1, [&](const stored_event& one) {
    has_more = page.is_full();
    if (has_more)
      return false;
    page.add(to_json(one));
    last = one.number;
    return true;
  });
  if (!read)
    return answer(problem(read.error()));
  answer(page.answer(has_more ? std::to_string(last) : std::string{}));
}

} // namespace sluice::handlers
