#include "actors/audit/house_audit.hpp"
#include "actors/audit/named_by.hpp"
#include "actors/audit/table_export.hpp"
#include "adapters/http/house_acts.hpp"
#include "adapters/http/routes.hpp"
#include "messages/address.hpp"
#include "messages/json_reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace sluice::handlers {

namespace {

constexpr std::uint64_t house_page_default = 100;
constexpr std::uint64_t house_page_max = 10'000;
/// More than any address has (RFC 5321 section 4.5.3.1).
constexpr std::size_t erased_address_bytes_max = 1'000;

class table_producer final : public body_producer {
public:
  explicit table_producer(const store& from) : tables_(from) {}
  result<std::string> next() override { return tables_.next(); }

private:
  table_exporter tables_;
};

} // namespace

void show_house_log(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto limit = query.limit(house_page_default, house_page_max);
  const auto after = query.number("after", 0, UINT64_MAX - 1);
  const auto is_latest_first = query.boolean("latest");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto& journal = std::as_const(engine.store()).journal();
  const auto head = journal.head(house_log_id);
  if (!head)
    return answer(problem(head.error()));
  // The latest first: `after` is the number that the page before ended with, and pages go back.
  const auto end = is_latest_first && after > 0 ? after - 1 : head->number;
  const auto first = !is_latest_first ? after + 1 : end > limit ? end - limit + 1 : 1;
  std::vector<nlohmann::json> items;
  json_page page(limit);
  event_number last = 0;
  auto has_more = false;
  const auto read = read_house_log(journal, first, [&](const stored_house_event& one) {
    if (is_latest_first && one.number > end)
      return false;
    has_more = items.size() >= limit;
    if (has_more)
      return false;
    items.push_back(to_json(one));
    last = one.number;
    return true;
  });
  if (!read)
    return answer(problem(read.error()));
  if (is_latest_first) {
    std::ranges::reverse(items);
    has_more = first > 1;
    last = first;
  }
  for (const auto& one : items)
    page.add(one);
  answer(page.answer(has_more ? std::to_string(last) : std::string{}));
}

void show_house_replay(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto at = query.number("at", 0, UINT64_MAX);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto tables = replay_house(engine.store(), at);
  answer(tables ? json_response(200, *tables) : problem(tables.error()));
}

void export_tables(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  if (auto told = tell_of_export(engine, request, "tables", "", 0); !told)
    return answer(problem(told.error()));
  http_response response{.content_type = "application/jsonl", .body = {}, .headers = {}};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"tables.jsonl\"");
  response.produced = std::make_shared<table_producer>(engine.store());
  answer(std::move(response));
}

void erase_recipient(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto given = from.text("email", erased_address_bytes_max);
  auto address = parse_address(given);
  if (!address)
    from.fail("email", notice_of(address.error()));
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  const auto erased = engine.store().erase(*address, request.done_at(engine.now()));
  if (!erased)
    return answer(problem(erased.error()));
  const auto named = events_naming(engine.store(), *address);
  if (!named)
    return answer(problem(named.error()));
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& one : erased->rows)
    rows.push_back({{"audience", to_string(one.audience)}, {"row", one.row}});
  nlohmann::json events = nlohmann::json::array();
  for (const auto& one : named->events)
    events.push_back({{"campaign", log_name(one.log)}, {"number", one.number}});
  answer(json_response(200, {{"rows", std::move(rows)},
                             {"suppressions", erased->suppressions},
                             {"named_by", std::move(events)},
                             {"named_by_total", named->total}}));
}

} // namespace sluice::handlers
