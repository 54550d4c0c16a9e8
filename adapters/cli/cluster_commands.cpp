#include "adapters/cli/answers.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/http_transfer.hpp"
#include "adapters/cli/table.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <ostream>

namespace sluice::cli {
namespace {

outcome<exit_code> show_cluster(session& with) {
  const auto answer = with.engine().get("/v1/cluster");
  if (!answer)
    return std::unexpected(answer.error());
  auto& io = with.io();
  if (with.wants_json()) {
    io.out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  const auto& nodes = part_of(*answer, "nodes");
  if (nodes.empty()) {
    io.out << "this engine shares its store with nobody (README, \"Several nodes\")\n";
    return exit_code::done;
  }
  table rows({{.title = "NODE"},
              {.title = "STATE"},
              {.title = "CAMPAIGNS", .where = align::right},
              {.title = "LAST BEAT"},
              {.title = "ADDRESS"}});
  for (const auto& one : nodes) {
    const auto age = text_of(one, "beat_age");
    rows.add({text_of(one, "name") + (is_true(one, "self") ? " (asked)" : ""), text_of(one, "state"),
              std::to_string(number_of(one, "campaigns")),
              age.empty() ? std::string{"none expected"} : age + " ago", text_of(one, "address")});
  }
  io.out << rows.render(io.out_terminal.width);
  if (const auto& store = part_of(*answer, "store"); !is_true(store, "takes_writes"))
    io.out << "the store takes no writes since " << text_of(store, "since") << ": "
           << shown(text_of(store, "why")) << '\n';
  return exit_code::done;
}

outcome<exit_code> tell_node(session& with, const std::string& name, std::string_view what) {
  const auto answer = with.engine().post(fmt::format("/v1/cluster/nodes/{}/{}", url_encoded(name), what),
                                         nlohmann::json::object());
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json())
    with.io().out << json_text(*answer, 2) << '\n';
  else
    with.io().out << shown(text_of(*answer, "name")) << " is " << text_of(*answer, "state") << '\n';
  return exit_code::done;
}

} // namespace

void add_cluster_commands(command_syntax root) {
  auto group = root.command("cluster", "the engines that share a store");
  group.command("status", "which there are, and how they are").runs(show_cluster);
  const auto name = std::make_shared<std::string>();
  group.command("drain", "has a node give what it owns to the others")
      .argument("NODE", *name, "its name")
      .runs([name](session& with) { return tell_node(with, *name, "drain"); });
  group.command("undrain", "lets it own campaigns again")
      .argument("NODE", *name, "its name")
      .runs([name](session& with) { return tell_node(with, *name, "undrain"); });
}

} // namespace sluice::cli
