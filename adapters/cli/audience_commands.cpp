#include "adapters/cli/answers.hpp"
#include "adapters/cli/attachment_columns.hpp"
#include "adapters/cli/audience_import.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

namespace sluice::cli {
namespace {

struct audience_arguments {
  std::string file;
  std::string name;
  std::string id;
  list_reading_words list;
  attachment_column_words attachments;
};

struct list_arguments {
  std::string id;
  std::string name;
  std::string words;
  std::string format;
  std::string out;
  bool shields_formulas = false;
  std::vector<std::string> ids;
  bool takes_common = false;
  bool takes_any = false;
  bool takes_rest = false;
  std::vector<std::string> percents;
  std::vector<std::string> outcomes;
};

outcome<exit_code> import_one(session& with, const audience_arguments& said) {
  const auto files = upload_named_files(with, said.file, said.list, said.attachments);
  if (!files)
    return std::unexpected(files.error());
  auto answer = import_audience(with, said.file, said.name, said.list, files->replacements);
  if (!answer)
    return std::unexpected(answer.error());
  add_files(*answer, *files);
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

outcome<exit_code> list_all(session& with, const std::string& words) {
  table rows{{{.title = "ID"},
              {.title = "NAME", .may_be_cut = true},
              {.title = "RECIPIENTS", .where = align::right},
              {.title = "CREATED"}}};
  auto items = nlohmann::json::array();
  const auto listed =
      with.engine().each_item("/v1/audiences", {{"q", words}}, 0, [&](const nlohmann::json& item) {
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
    with.io().out << (words.empty() ? "no audiences yet; sluice audience import FILE makes one\n"
                                    : "no audience has these words in its name\n");
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

outcome<std::string> path_of(const std::string& id) {
  const auto audience = audience_of(id);
  if (!audience)
    return std::unexpected(audience.error());
  return fmt::format("/v1/audiences/{}", to_string(*audience));
}

outcome<exit_code> rename(session& with, const list_arguments& said) {
  const auto path = path_of(said.id);
  if (!path)
    return std::unexpected(path.error());
  const auto answer = with.engine().patch(*path, {{"name", said.name}});
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json())
    with.io().out << json_text(*answer, 2) << '\n';
  else
    with.io().out << shown(text_of(*answer, "id")) << " is called " << shown(text_of(*answer, "name"))
                  << " now\n";
  return exit_code::done;
}

outcome<exit_code> remove(session& with, const list_arguments& said) {
  const auto path = path_of(said.id);
  if (!path)
    return std::unexpected(path.error());
  const auto answer = with.engine().remove(*path);
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json())
    with.io().out << json_text({{"deleted", path->substr(path->rfind('/') + 1)}}, 2) << '\n';
  else
    with.io().out << path->substr(path->rfind('/') + 1) << " deleted\n";
  return exit_code::done;
}

/// To a file under its name only once it is whole: half a list would look like one.
outcome<exit_code> export_to_file(session& with, const std::string& path, const list_arguments& said) {
  const auto part = said.out + ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  const auto came =
      with.engine().download(path, {{"format", said.format}, {"shield", said.shields_formulas ? "true" : ""}},
                             [&](std::string_view piece) {
                               file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
                               return file.good();
                             });
  file.close();
  std::error_code problem;
  if (came && file.good())
    std::filesystem::rename(part, said.out, problem);
  if (came && file.good() && !problem)
    return exit_code::done;
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  if (!came)
    return std::unexpected(came.error());
  return fail(exit_code::refused, fmt::format("cannot write {}", shown(said.out)));
}

outcome<exit_code> export_one(session& with, const list_arguments& said) {
  auto path = path_of(said.id);
  if (!path)
    return std::unexpected(path.error());
  *path += "/export";
  if (!said.out.empty() && said.out != "-")
    return export_to_file(with, *path, said);
  const auto came = with.engine().download(
      *path, {{"format", said.format}, {"shield", said.shields_formulas ? "true" : ""}},
      [&](std::string_view piece) {
        with.io().out << piece;
        return with.io().out.good();
      });
  return came ? outcome<exit_code>{exit_code::done} : std::unexpected(came.error());
}

/// Has new audiences made, and prints what they are.
outcome<exit_code> derive(session& with, const std::string& name, nlohmann::json from) {
  nlohmann::json body{{"from", std::move(from)}};
  if (!name.empty())
    body["name"] = name;
  const auto answer = with.engine().post("/v1/audiences/derive", body);
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json()) {
    with.io().out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  for (const auto& made : answer->value("items", nlohmann::json::array()))
    with.io().out << shown(text_of(made, "id")) << "  " << shown(text_of(made, "name")) << ": "
                  << counted(number_of(made, "rows"), "recipient", "recipients") << '\n';
  return exit_code::done;
}

outcome<exit_code> combine(session& with, const list_arguments& said) {
  if (said.takes_common + said.takes_any + said.takes_rest != 1)
    return fail(exit_code::usage, "say one of --and, --or and --without");
  auto ids = nlohmann::json::array();
  for (const auto& text : said.ids) {
    const auto id = audience_of(text);
    if (!id)
      return std::unexpected(id.error());
    ids.push_back(to_string(*id));
  }
  return derive(with, said.name,
                {{"operation", said.takes_common ? "and"
                               : said.takes_any  ? "or"
                                                 : "without"},
                 {"audiences", std::move(ids)}});
}

outcome<exit_code> split(session& with, const list_arguments& said) {
  const auto id = audience_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  auto percents = nlohmann::json::array();
  for (const auto& text : said.percents) {
    unsigned percent = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), percent);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size())
      return fail(exit_code::usage, fmt::format("\"{}\" is no whole number of percent", shown(text)));
    percents.push_back(percent);
  }
  return derive(with, said.name, {{"audience", to_string(*id)}, {"split", std::move(percents)}});
}

outcome<exit_code> derive_from_campaign(session& with, const list_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  return derive(with, said.name, {{"campaign", to_string(*id)}, {"outcomes", said.outcomes}});
}

void add_list_commands(command_syntax group) {
  auto said = std::make_shared<list_arguments>();
  group.command("rename", "gives an audience another name")
      .argument("ID", said->id, "the audience: a1")
      .argument("NAME", said->name, "what it is called from now on")
      .runs([said](session& with) { return rename(with, *said); });
  group
      .command("delete",
               "deletes an audience, for good; campaigns that are finished keep its hash and counts")
      .argument("ID", said->id, "the audience: a1")
      .runs([said](session& with) { return remove(with, *said); });
  group.command("export", "writes an audience out, as import reads it")
      .argument("ID", said->id, "the audience: a1")
      .option("--format", said->format, "csv|jsonl", "CSV if left out")
      .option("--out", said->out, "FILE", "where to; standard output if left out")
      .flag("--shield", said->shields_formulas,
            "puts a ' before cells that a spreadsheet would take for formulas (not to be imported again)")
      .runs([said](session& with) { return export_one(with, *said); });
  group.command("combine", "makes an audience of several, by address")
      .arguments("ID", said->ids, "the audiences, the first one's rows before the others': a1 a2")
      .flag("--and", said->takes_common, "who is in every one")
      .flag("--or", said->takes_any, "who is in any")
      .flag("--without", said->takes_rest, "who is in the first and in none of the others")
      .required_option("--name", said->name, "NAME", "what it is called")
      .runs([said](session& with) { return combine(with, *said); });
  group.command("split", "makes parts of an audience, spread evenly over it")
      .argument("ID", said->id, "the audience: a1")
      .arguments("PERCENT", said->percents, "how large the parts are, 100 together: 20 80")
      .option("--name", said->name, "NAME",
              "what they are called, with a number behind it; its own name if left out")
      .runs([said](session& with) { return split(with, *said); });
  auto of_campaign = group.command("from-campaign", "makes an audience of a campaign's recipients");
  of_campaign.argument("ID", said->id, "the campaign: c1")
      .options(
          "--outcome", said->outcomes, "O",
          "whose: accepted, refused, skipped; of a finished campaign also not_sent, in_doubt; several times")
      .option("--name", said->name, "NAME", "what it is called")
      .runs([said](session& with) { return derive_from_campaign(with, *said); });
}

} // namespace

void add_audience_commands(command_syntax root) {
  auto said = std::make_shared<audience_arguments>();
  auto words = std::make_shared<std::string>();
  auto group = root.command("audience", "lists of recipients");
  auto import = group.command("import", "takes a CSV, XLSX or JSON Lines file in as an audience");
  add_list_options(import, said->list);
  add_attachment_options(import, said->attachments);
  import
      .argument("FILE", said->file,
                "CSV with a header line, XLSX or JSON Lines, packed with gzip or not; - is standard input")
      .option("--name", said->name, "NAME", "what it is called; the file's name if left out")
      .runs([said](session& with) { return import_one(with, *said); });
  group.command("list", "every audience")
      .option("--search", *words, "WORDS", "only those that have these in their name")
      .runs([words](session& with) { return list_all(with, *words); });
  group.command("show", "one audience")
      .argument("ID", said->id, "as import printed it: a1")
      .runs([said](session& with) { return show_one(with, *said); });
  add_list_commands(group);
}

} // namespace sluice::cli
