#include "actors/audit/progress.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::uint64_t points_default = 200;
constexpr std::uint64_t points_max = 500;

json moment_or_null(const std::optional<timestamp>& moment) {
  return moment ? json(format_timestamp(*moment)) : json();
}

} // namespace

void show_progress(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto points = query.number("points", points_default, points_max);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  if (points < 2)
    return answer(problem(
        make_error(error_code::invalid_input,
                   notice{"parameter_number", {{"parameter", "points"}, {"min", 2}, {"max", points_max}}})));
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  progress story(points);
  const auto read = engine.store().journal().read(view->id, 1, [&](const stored_event& one) {
    story.follow(one.event);
    return true;
  });
  if (!read)
    return answer(problem(read.error()));
  json plan = json::array();
  if (view->t0)
    for (const auto& one :
         due_curve(view->spec.plan, *view->t0, view->released_at, view->counts.total, points))
      plan.push_back({format_timestamp(one.at), one.due});
  json left = json::array();
  json outcomes = json::array();
  for (const auto& one : story.points()) {
    left.push_back({format_timestamp(one.at), one.left});
    outcomes.push_back({{"at", format_timestamp(one.at)},
                        {"accepted", one.accepted},
                        {"refused", one.refused},
                        {"skipped", one.skipped},
                        {"in_doubt", one.in_doubt},
                        {"deferrals", one.deferrals}});
  }
  json pauses = json::array();
  for (const auto& [from, to] : story.pauses())
    pauses.push_back({format_timestamp(from), moment_or_null(to)});
  json restarts = json::array();
  for (const auto at : story.restarts())
    restarts.push_back(format_timestamp(at));
  answer(json_response(200, {{"t0", moment_or_null(view->t0)},
                             {"total", view->counts.total},
                             {"plan", std::move(plan)},
                             {"left", std::move(left)},
                             {"outcomes", std::move(outcomes)},
                             {"pauses", std::move(pauses)},
                             {"released_at", moment_or_null(view->released_at)},
                             {"restarts", std::move(restarts)},
                             {"ended_at", moment_or_null(story.ended_at())},
                             {"now", format_timestamp(engine.now())}}));
}

} // namespace sluice::handlers
