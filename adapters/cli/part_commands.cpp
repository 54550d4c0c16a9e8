// Partials and attachments: what campaigns have in common, and what their letters carry.

#include "adapters/cli/answers.hpp"
#include "adapters/cli/attachment_upload.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/listing.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <ostream>

namespace sluice::cli {
namespace {

struct partial_arguments {
  std::string name;
  std::string file;
  std::optional<std::uint64_t> version;
};

struct attachment_arguments {
  std::vector<std::string> files;
  bool as_csv = false;
  std::string id;
};

std::string partial_path(const std::string& name) {
  return "/v1/partials/" + url_encoded(name);
}

outcome<exit_code> put_partial(session& with, const partial_arguments& said) {
  auto content = read_whole(said.file, with.io().in);
  if (!content)
    return std::unexpected(content.error());
  const auto answer = with.engine().put(partial_path(said.name), {{"content", *content}});
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json())
    with.io().out << json_text(*answer, 2) << '\n';
  else
    with.io().out << shown(text_of(*answer, "name")) << " version " << number_of(*answer, "version") << '\n';
  return exit_code::done;
}

outcome<exit_code> list_partials(session& with) {
  const auto row = [](const nlohmann::json& item) {
    const auto changed = moment_of(item, "changed_at");
    return std::vector<std::string>{text_of(item, "name"), std::to_string(number_of(item, "version")),
                                    changed ? moment_words(*changed) : "-", text_of(item, "changed_by")};
  };
  return print_list(with, "/v1/partials", {},
                    {{.title = "NAME", .may_be_cut = true},
                     {.title = "VERSION", .where = align::right},
                     {.title = "CHANGED"},
                     {.title = "BY", .may_be_cut = true}},
                    row, 0, "no partials; sluice partial put NAME FILE makes one");
}

outcome<exit_code> show_partial(session& with, const partial_arguments& said) {
  const auto answer = with.engine().get(
      partial_path(said.name), {{"version", said.version ? std::to_string(*said.version) : std::string{}}});
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json())
    with.io().out << json_text(*answer, 2) << '\n';
  else
    with.io().out << text_of(*answer, "content");
  return exit_code::done;
}

outcome<exit_code> delete_one(session& with, const std::string& path, const std::string& name) {
  const auto answer = with.engine().remove(path);
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json())
    with.io().out << json_text(*answer, 2) << '\n';
  else
    with.io().out << shown(name) << " is deleted\n";
  return exit_code::done;
}

/// A field of a CSV line (RFC 4180).
std::string csv_field(std::string_view text) {
  if (text.find_first_of(",;\"\r\n") == std::string_view::npos)
    return std::string{text};
  std::string quoted = "\"";
  for (const auto one : text)
    quoted.append(one == '"' ? 2 : 1, one);
  return quoted.append("\"");
}

/// The files of a folder by name, a file itself.
outcome<std::vector<std::string>> files_of(const std::vector<std::string>& named) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const auto& one : named) {
    std::error_code problem;
    if (!fs::is_directory(one, problem)) {
      files.push_back(one);
      continue;
    }
    const auto begin = files.size();
    for (const auto& entry : fs::directory_iterator(one, problem))
      if (entry.is_regular_file(problem))
        files.push_back(entry.path().string());
    if (problem)
      return fail(exit_code::usage,
                  fmt::format("cannot read the folder {}: {}", shown(one), problem.message()));
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(begin), files.end());
  }
  return files;
}

outcome<exit_code> add_attachments(session& with, const attachment_arguments& said) {
  const auto files = files_of(said.files);
  if (!files)
    return std::unexpected(files.error());
  if (said.as_csv && with.wants_json())
    return fail(exit_code::usage, "--csv and --json are two forms of the same; name one");
  auto items = nlohmann::json::array();
  if (said.as_csv)
    with.io().out << "file,id\n";
  for (const auto& file : *files) {
    auto answer = upload_attachment(with, file);
    if (!answer)
      return fail(answer.error().code, fmt::format("{}: {}", shown(file), answer.error().message));
    if (said.as_csv)
      with.io().out << csv_field(text_of(*answer, "name")) << ',' << text_of(*answer, "id") << '\n';
    else if (!with.wants_json())
      with.io().out << shown(text_of(*answer, "id")) << "  " << shown(text_of(*answer, "name")) << '\n';
    items.push_back(std::move(*answer));
  }
  if (with.wants_json())
    with.io().out << json_text({{"items", items}}, 2) << '\n';
  return exit_code::done;
}

outcome<exit_code> list_attachments(session& with) {
  const auto row = [](const nlohmann::json& item) {
    const auto added = moment_of(item, "added_at");
    return std::vector<std::string>{text_of(item, "id"), text_of(item, "name"), text_of(item, "type"),
                                    std::to_string(number_of(item, "bytes")),
                                    added ? moment_words(*added) : "-"};
  };
  return print_list(with, "/v1/attachments", {},
                    {{.title = "ID"},
                     {.title = "NAME", .may_be_cut = true},
                     {.title = "TYPE", .may_be_cut = true},
                     {.title = "BYTES", .where = align::right},
                     {.title = "ADDED"}},
                    row, 0, "no attachments; sluice attachment add FILE makes one");
}

} // namespace

void add_part_commands(command_syntax root) {
  auto said = std::make_shared<partial_arguments>();
  auto group = root.command("partial", "pieces of templates that campaigns have in common");
  group.command("put", "keeps a file as {{> NAME}}; a new version where there is one")
      .argument("NAME", said->name, "letters, digits, _ . and -")
      .argument("FILE", said->file, "its content; - is standard input")
      .runs([said](session& with) { return put_partial(with, *said); });
  group.command("list", "every partial").runs([](session& with) { return list_partials(with); });
  group.command("show", "its content")
      .argument("NAME", said->name, "as it was put")
      .number("--version", said->version, "an earlier one")
      .runs([said](session& with) { return show_partial(with, *said); });
  group.command("delete", "campaigns that have it keep it")
      .argument("NAME", said->name, "as it was put")
      .runs([said](session& with) { return delete_one(with, partial_path(said->name), said->name); });

  auto files = std::make_shared<attachment_arguments>();
  auto attachments = root.command("attachment", "files that letters carry");
  attachments.command("add", "uploads files; prints the id of each")
      .arguments("FILE", files->files, "files, and folders with files")
      .flag("--csv", files->as_csv, "file names and ids as CSV, to be joined with a list of recipients")
      .runs([files](session& with) { return add_attachments(with, *files); });
  attachments.command("list", "every attachment").runs([](session& with) { return list_attachments(with); });
  attachments.command("delete", "removes one that no campaign needs")
      .argument("ID", files->id, "as add printed it")
      .runs([files](session& with) {
        return delete_one(with, "/v1/attachments/" + url_encoded(files->id), files->id);
      });
}

} // namespace sluice::cli
