#include "adapters/http/routes.hpp"
#include "adapters/metrics/metrics.hpp"
#include "adapters/relays.hpp"
#include "messages/json.hpp"
#include "messages/notice_json.hpp"
#include "messages/notice_words.hpp"

#include "persistence/cluster_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::handlers {

namespace {

using nlohmann::json;

} // namespace

void show_cluster(node& engine, const http_request& request, const respond& answer) {
  if (const auto fault = query_reader(request).finish())
    return answer(problem(*fault));
  json nodes = json::array();
  for (const auto& one : engine.nodes()) {
    json shown{{"node", one.row.node.value},         {"name", one.row.name},
               {"address", one.row.address},         {"state", name_of(one.row.state)},
               {"incarnation", one.row.incarnation}, {"beat", one.row.beat},
               {"campaigns", one.campaigns},         {"self", one.is_self}};
    if (one.beat_age)
      shown["beat_age"] = format_duration(*one.beat_age);
    nodes.push_back(std::move(shown));
  }
  const auto condition = engine.store().condition();
  json store{{"takes_writes", condition.takes_writes}};
  if (!condition.takes_writes) {
    store["since"] = format_timestamp(condition.since);
    store["why"] = condition.why.message;
  }
  answer(json_response(200, {{"nodes", std::move(nodes)}, {"store", std::move(store)}}));
}

namespace {

void set_node_state(node& engine, const http_request& request, const respond& answer, node_state state) {
  if (const auto fault = query_reader(request).finish())
    return answer(problem(*fault));
  auto* const table = engine.store().cluster();
  const auto all = engine.nodes();
  const auto named =
      std::ranges::find(all, request.captured.front(), [](const node_view& one) { return one.row.name; });
  if (table == nullptr || named == all.end() || !is_alive(named->row.state))
    return answer(problem(make_error(error_code::not_found, notice{"node_unknown"})));
  if (const auto done = table->set_state(named->row.node, state); !done)
    return answer(problem(done.error()));
  answer(json_response(200, {{"name", named->row.name}, {"state", name_of(state)}}));
}

} // namespace

void drain_node(node& engine, const http_request& request, const respond& answer) {
  set_node_state(engine, request, answer, node_state::drained);
}

void undrain_node(node& engine, const http_request& request, const respond& answer) {
  set_node_state(engine, request, answer, node_state::live);
}

void list_relays(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  json items = json::array();
  for (const auto& one : relays_of(engine))
    items.push_back(to_json(one));
  answer(json_response(200, {{"items", std::move(items)}}));
}

void health(node&, const http_request& request, const respond& answer) {
  if (const auto fault = query_reader(request).finish())
    return answer(problem(*fault));
  answer(json_response(200, {{"status", "ok"}}));
}

void readiness(node& engine, const http_request& request, const respond& answer) {
  if (const auto fault = query_reader(request).finish())
    return answer(problem(*fault));
  if (engine.is_ready() && request.certificate_trouble.empty())
    return answer(json_response(200, {{"status", "ready"}}));
  if (engine.is_ready()) {
    const notice kept{"certificate_kept", {{"fault", request.certificate_trouble}}};
    return answer(
        json_response(200, {{"status", "ready"}, {"detail", words_of(kept)}, {"notice", to_json(kept)}}));
  }
  const auto condition = engine.store().condition();
  answer(problem(condition.takes_writes ? make_error(error_code::unavailable, notice{"not_running"})
                                        : condition.why));
}

void metrics(node& engine, const http_request& request, const respond& answer) {
  if (const auto fault = query_reader(request).finish())
    return answer(problem(*fault));
  auto text = metrics_text(engine);
  const auto tell = [&](const char* name, const char* kind, const char* help, std::uint64_t value) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, kind, value);
  };
  if (request.numbers) {
    tell("sluice_http_connections", "gauge", "Connections to the HTTP interface.",
         request.numbers->connections);
    tell("sluice_http_refused_total", "counter", "Connections that were one too many.",
         request.numbers->refused);
    tell("sluice_http_waiting", "gauge", "Requests that wait in line for their turn.",
         request.numbers->waiting);
    tell("sluice_http_wrong_tokens_total", "counter", "Requests with a token that there is not.",
         request.numbers->wrong_tokens);
  }
  answer({200, "text/plain; version=0.0.4; charset=utf-8", std::move(text), {}});
}

void version(node&, const http_request& request, const respond& answer) {
  if (const auto fault = query_reader(request).finish())
    return answer(problem(*fault));
  answer(json_response(200, {{"name", "sluice"}, {"version", SLUICE_VERSION}}));
}

void welcome(node&, const http_request&, const respond& answer) {
  answer(
      {200,
       "text/plain; charset=utf-8",
       "Sluice, dispatch engine for e-mail campaigns. The API is under /v1; README.md tells how to use it.\n"
       "This build has no page: build again where Node.js is installed (apt install nodejs npm).\n",
       {}});
}

} // namespace sluice::handlers
