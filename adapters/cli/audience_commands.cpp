#include "adapters/cli/answers.hpp"
#include "adapters/cli/audience_import.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace sluice::cli {
namespace {

struct audience_arguments {
  std::string file;
  std::string name;
  std::string id;
  list_words list;
};

outcome<exit_code> import_one(session& with, const audience_arguments& said) {
  const auto answer = import_audience(with, said.file, said.name, said.list);
  if (!answer)
    return std::unexpected(answer.error());
  with.io().out << (with.wants_json() ? json_text(*answer, 2) + '\n' : import_words(*answer));
  return exit_code::done;
}

std::string created_words(const nlohmann::json& audience) {
  const auto moment = moment_of(audience, "created_at");
  return moment ? moment_words(*moment) : "";
}

/// `size` or, as in an import's answer, `rows`.
std::string size_of(const nlohmann::json& audience) {
  return std::to_string(audience.contains("size") ? number_of(audience, "size")
                                                  : number_of(audience, "rows"));
}

outcome<exit_code> list_all(session& with) {
  table rows{{{.title = "ID"},
              {.title = "NAME", .may_be_cut = true},
              {.title = "RECIPIENTS", .where = align::right},
              {.title = "CREATED"}}};
  auto items = nlohmann::json::array();
  const auto listed = with.engine().each_item("/v1/audiences", {}, 0, [&](const nlohmann::json& item) {
    if (with.wants_json())
      items.push_back(item);
    rows.add({text_of(item, "id"), text_of(item, "name"), size_of(item), created_words(item)});
    return true;
  });
  if (!listed)
    return std::unexpected(listed.error());
  if (with.wants_json())
    with.io().out << json_text({{"items", items}}, 2) << '\n';
  else if (rows.rows() == 0)
    with.io().out << "no audiences yet; sluice audience import FILE makes one\n";
  else
    with.io().out << rows.render(with.io().out_terminal.width);
  return exit_code::done;
}

outcome<exit_code> show_one(session& with, const audience_arguments& said) {
  const auto id = audience_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto answer = with.engine().get(fmt::format("/v1/audiences/{}", to_string(*id)));
  if (!answer)
    return std::unexpected(answer.error());
  auto& out = with.io().out;
  if (with.wants_json()) {
    out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  out << to_string(*id) << "  " << shown(text_of(*answer, "name")) << '\n'
      << "  recipients  " << size_of(*answer) << '\n';
  const auto columns = answer->find("columns");
  if (columns != answer->end() && columns->is_array()) {
    std::vector<std::string> names;
    for (const auto& column : *columns)
      if (column.is_string())
        names.push_back(shown(column.get<std::string>()));
    out << fmt::format("  fields      {}\n", fmt::join(names, ", "));
  }
  out << "  role        " << number_of(*answer, "role_addresses") << " (info@, sales@ …)\n"
      << "  created     " << created_words(*answer) << '\n'
      << "  hash        " << shown(text_of(*answer, "hash")) << '\n'
      << kept_import_words(*answer);
  return exit_code::done;
}

} // namespace

void add_audience_commands(command_syntax root) {
  auto said = std::make_shared<audience_arguments>();
  auto group = root.command("audience", "lists of recipients");
  auto import = group.command("import", "takes a CSV, XLSX or JSON Lines file in as an audience");
  add_list_options(import, said->list);
  import
      .argument("FILE", said->file,
                "CSV with a header line, XLSX or JSON Lines, packed with gzip or not; - is standard input")
      .option("--name", said->name, "NAME", "what it is called; the file's name if left out")
      .runs([said](session& with) { return import_one(with, *said); });
  group.command("list", "every audience").runs([](session& with) { return list_all(with); });
  group.command("show", "one audience")
      .argument("ID", said->id, "as import printed it: a1")
      .runs([said](session& with) { return show_one(with, *said); });
}

} // namespace sluice::cli
