#include "adapters/cli/attachment_columns.hpp"

#include "adapters/cli/answers.hpp"
#include "adapters/cli/attachment_upload.hpp"
#include "adapters/cli/bars.hpp"
#include "adapters/cli/live_lines.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/text.hpp"
#include "adapters/import/address_cell.hpp"
#include "adapters/import/audience_import.hpp"
#include "adapters/import/column_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t missing_shown_max = 20;
constexpr std::size_t read_bytes = 65536;

struct named_column {
  std::string column;
  std::string folder_said;
  fs::path folder; ///< without links
};

/// A file that cells name.
struct named_file {
  fs::path path;          ///< without links; empty: it cannot be taken
  std::string why;        ///< not, then
  std::uint64_t line = 0; ///< the first that names it
  std::uint64_t rows = 0;
};

/// Column and cell.
using cell_name = std::pair<std::string, std::string>;

outcome<std::vector<named_column>> columns_in(const attachment_column_words& said) {
  std::vector<named_column> columns;
  for (const auto& one : said.columns) {
    const auto sign = one.find('=');
    if (sign == std::string::npos || sign == 0 || sign + 1 == one.size())
      return fail(exit_code::usage,
                  fmt::format("--attachments {}: say COLUMN=FOLDER, as in invoice=invoices/", shown(one)));
    named_column made{one.substr(0, sign), one.substr(sign + 1), {}};
    std::error_code problem;
    made.folder = fs::canonical(made.folder_said, problem);
    if (problem || !fs::is_directory(made.folder, problem))
      return fail(exit_code::usage, fmt::format("--attachments {}: {} is no folder that can be read",
                                                shown(one), shown(made.folder_said)));
    if (std::ranges::find(columns, made.column, &named_column::column) != columns.end())
      return fail(exit_code::usage,
                  fmt::format("--attachments names the column {} twice", shown(made.column)));
    columns.push_back(std::move(made));
  }
  return columns;
}

bool is_within(const fs::path& file, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

/// Finds the file that a cell names, or says why there is none to take.
void resolve(const fs::path& folder, std::string_view name, named_file& into) {
  const fs::path said{without_unseen(name)};
  if (said.is_absolute() || std::ranges::find(said, fs::path{".."}) != said.end()) {
    into.why = "it is not within the folder";
    return;
  }
  std::error_code problem;
  auto path = fs::canonical(folder / said, problem);
  if (problem)
    into.why = problem == std::errc::no_such_file_or_directory ? "there is no such file" : problem.message();
  else if (!is_within(path, folder))
    into.why = "a link leads out of the folder";
  else if (!fs::is_regular_file(path, problem))
    into.why = "it is no file";
  else
    into.path = std::move(path);
}

import_options options_of(const list_reading_words& reading) {
  import_options options;
  options.encoding = reading.encoding;
  options.sheet = reading.sheet;
  options.email_column = reading.email_column;
  options.has_header = !reading.has_no_header;
  // The engine knows its own bounds: no row that it takes may be missing here.
  options.settings.unpacked_bytes_max = std::numeric_limits<std::uint64_t>::max();
  options.settings.takes_odd_local_parts = true;
  return options;
}

/// Every file that the list names, by column and cell.
outcome<std::map<cell_name, named_file>> files_named_in(session& with,
                                                        const std::string& list,
                                                        const list_reading_words& reading,
                                                        const std::vector<named_column>& columns) {
  std::map<cell_name, named_file> files;
  column_names names;
  auto options = options_of(reading);
  for (const auto& one : columns)
    options.replaced.columns.push_back(one.column);
  options.replaced.find = [&](std::string_view column, std::string_view cell,
                              std::uint64_t line) -> result<std::string> {
    auto [at, is_new] = files.try_emplace({std::string{column}, std::string{cell}});
    auto& file = at->second;
    ++file.rows;
    if (is_new) {
      file.line = line;
      resolve(std::ranges::find(columns, column, &named_column::column)->folder, cell, file);
    }
    return std::string{};
  };
  auto opened = source_file::open(list, with.io().in);
  if (!opened)
    return std::unexpected(opened.error());
  audience_import reader(names, std::move(options));
  const auto refused = [&](const error& why) {
    return fail(exit_code::usage, fmt::format("{}: {}", shown(list), shown(why.message)));
  };
  std::string piece(read_bytes, '\0');
  for (;;) {
    const auto count = opened->read(piece.data(), piece.size());
    if (!count)
      return fail(exit_code::usage, fmt::format("cannot read {}", shown(list)));
    if (*count == 0)
      break;
    if (const auto fed = reader.feed(std::string_view{piece}.substr(0, *count)); !fed)
      return refused(fed.error());
  }
  if (const auto read = reader.finish(); !read)
    return refused(read.error());
  for (const auto& one : columns)
    if (std::ranges::find(names.names, one.column) == names.names.end())
      return fail(exit_code::usage,
                  fmt::format("{} has no column {}; it has {}", shown(list), shown(one.column),
                              shown(fmt::format("{}", fmt::join(names.names, ", ")))));
  return files;
}

/// Notes what is missing, by line.
void note_missing(const std::map<cell_name, named_file>& files, uploaded_files& into) {
  std::vector<std::pair<std::uint64_t, std::string>> lines;
  for (const auto& [name, file] : files)
    if (file.path.empty()) {
      into.missing_total += file.rows;
      const auto more =
          file.rows > 1 ? fmt::format(" and {} more", counted(file.rows - 1, "row", "rows")) : "";
      lines.emplace_back(file.line, fmt::format("line {}{}: {}: {}: {}", file.line, more, shown(name.first),
                                                shown(name.second), file.why));
    }
  std::ranges::sort(lines);
  for (std::size_t at = 0; at < std::min(lines.size(), missing_shown_max); ++at)
    into.missing.push_back(std::move(lines[at].second));
  if (lines.size() > missing_shown_max)
    into.missing.push_back(fmt::format("and {} files more", lines.size() - missing_shown_max));
}

std::string replacement_line(const cell_name& name, const std::string& id) {
  return json_text({{"column", name.first}, {"file", name.second}, {"id", id}}) + "\n";
}

/// The bar of the uploads.
class upload_bar {
public:
  upload_bar(console& around, std::uint64_t files) :
      lines_(around.err, around.err_terminal), now_(around.now), drawn_at_(around.now()), files_(files) {}
  void show(std::uint64_t done) {
    if (!lines_.is_live() || now_() - drawn_at_ < redraw_every)
      return;
    drawn_at_ = now_();
    lines_.draw(
        {cut(fmt::format("uploading {} {} of {} files", bar(done, files_, 40, lines_.where()), done, files_),
             lines_.where().width - 1)});
  }
  void clear() { lines_.clear(); }

private:
  live_lines lines_;
  clock_source now_;
  timestamp drawn_at_;
  std::uint64_t files_;
};

outcome<void> upload_all(session& with, const std::map<cell_name, named_file>& files, uploaded_files& into) {
  std::map<fs::path, std::string> ids;
  for (const auto& [name, file] : files)
    if (!file.path.empty())
      ids.try_emplace(file.path);
  upload_bar progress(with.io(), ids.size());
  for (auto& [path, id] : ids) {
    progress.show(into.count);
    const auto answer = upload_attachment(with, path.string());
    if (!answer) {
      progress.clear();
      return fail(answer.error().code, fmt::format("{}: {}", shown(path.string()), answer.error().message));
    }
    id = text_of(*answer, "id");
    ++into.count;
  }
  progress.clear();
  for (const auto& [name, file] : files)
    into.replacements += replacement_line(name, file.path.empty() ? std::string{} : ids.at(file.path));
  return {};
}

} // namespace

void add_attachment_options(command_syntax to, attachment_column_words& into) {
  to.options("--attachments", into.columns, "COLUMN=FOLDER",
             "the column's cells name files of the folder, each recipient's own attachment; several times")
      .option("--attachments-missing", into.missing, "refuse|leave-empty",
              "what a row's missing file does: refuse the list (if left out), or leave its letter without");
}

void add_files(nlohmann::json& answer, const uploaded_files& files) {
  if (!files.replacements.empty())
    answer["attachments"] = {{"files", files.count}, {"missing", files.missing_total}};
}

outcome<uploaded_files> upload_named_files(session& with,
                                           const std::string& list,
                                           const list_reading_words& reading,
                                           const attachment_column_words& said) {
  uploaded_files made;
  if (!said.missing.empty() && said.missing != "refuse" && said.missing != "leave-empty")
    return fail(exit_code::usage, "--attachments-missing is refuse or leave-empty");
  if (said.columns.empty() && !said.missing.empty())
    return fail(exit_code::usage, "--attachments-missing goes with --attachments");
  if (said.columns.empty())
    return made;
  if (list == "-")
    return fail(exit_code::usage,
                "with --attachments the list is read twice, which the standard input cannot be; name a file");
  const auto columns = columns_in(said);
  if (!columns)
    return std::unexpected(columns.error());
  const auto files = files_named_in(with, list, reading, *columns);
  if (!files)
    return std::unexpected(files.error());
  note_missing(*files, made);
  for (const auto& one : made.missing)
    with.io().err << "  " << one << '\n';
  if (made.missing_total > 0 && said.missing != "leave-empty")
    return fail(exit_code::usage, fmt::format("{}: {} a file that cannot be taken; nothing was sent. With "
                                              "--attachments-missing=leave-empty these letters go without",
                                              list, counted(made.missing_total, "row names", "rows name")));
  if (const auto done = upload_all(with, *files, made); !done)
    return std::unexpected(done.error());
  return made;
}

} // namespace sluice::cli
