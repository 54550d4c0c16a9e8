#include "adapters/cli/audience_import.hpp"

#include "adapters/cli/answers.hpp"
#include "adapters/cli/bars.hpp"
#include "adapters/cli/live_lines.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/text.hpp"
#include "messages/notice_json.hpp"
#include "messages/notice_words.hpp"
#include "messages/sha256.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <span>

namespace sluice::cli {
namespace {

constexpr std::size_t lines_shown_max = 20;

/// The bar of an import; drawn every `redraw_every` at most.
class import_bar {
public:
  explicit import_bar(console& around) :
      lines_(around.err, around.err_terminal), now_(around.now), drawn_at_(around.now()) {}

  void show(const source_file& from) {
    if (!lines_.is_live() || now_() - drawn_at_ < redraw_every)
      return;
    drawn_at_ = now_();
    auto words = fmt::format("importing {}", bytes_words(from.taken()));
    if (from.size())
      words = fmt::format("importing {} {} of {}", bar(from.taken(), *from.size(), 40, lines_.where()),
                          percent(from.taken(), *from.size()), bytes_words(*from.size()));
    lines_.draw({cut(words, lines_.where().width - 1)});
  }
  void clear() { lines_.clear(); }

private:
  live_lines lines_;
  clock_source now_;
  timestamp drawn_at_;
};

/// A list with what takes the place of some of its cells, as one body: multipart/form-data (RFC 7578).
class list_form {
public:
  list_form(const std::string& replacements, const std::string& name) {
    // Nobody's list has it in it: it is made of what stands before the list.
    boundary_ = to_hex(sha256(replacements + '\n' + name));
    before_.text =
        fmt::format("--{0}\r\nContent-Disposition: form-data; name=\"replacements\"\r\n\r\n{1}\r\n"
                    "--{0}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list\"\r\n\r\n",
                    boundary_, replacements);
    behind_.text = fmt::format("\r\n--{}--\r\n", boundary_);
  }

  std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }
  std::optional<std::uint64_t> size(const source_file& list) const {
    if (!list.size())
      return std::nullopt;
    return before_.text.size() + *list.size() + behind_.text.size();
  }
  std::optional<std::size_t> read(source_file& list, char* into, std::size_t bytes_max) {
    if (const auto taken = before_.take(into, bytes_max); taken > 0)
      return taken;
    const auto count = list.read(into, bytes_max);
    return !count || *count > 0 ? count : std::optional(behind_.take(into, bytes_max));
  }

private:
  /// Of a text so much as fits, from the place where it stands.
  struct given_text {
    std::size_t take(char* into, std::size_t bytes_max) {
      const auto count = text.copy(into, bytes_max, at);
      at += count;
      return count;
    }
    std::string text;
    std::size_t at = 0;
  };

  std::string boundary_;
  given_text before_;
  given_text behind_;
};

std::string name_for(const std::string& file, const std::string& name) {
  if (!name.empty())
    return name;
  return file == "-" ? std::string{"standard input"} : std::filesystem::path{file}.filename().string();
}

/// What was left out for one reason.
struct left_out_rows {
  std::uint64_t count = 0;
  std::vector<std::uint64_t> lines; ///< the first of them; the engine does not list all of very many
};

std::map<std::string, left_out_rows> rows_by_reason(const nlohmann::json& answer) {
  std::map<std::string, left_out_rows> by_reason;
  if (const auto rows = answer.find("left_out"); rows != answer.end() && rows->is_array())
    for (const auto& row : *rows) {
      auto& found = by_reason[text_of(row, "reason")];
      found.lines.push_back(number_of(row, "line"));
      ++found.count;
    }
  if (const auto counts = answer.find("left_out_by_reason"); counts != answer.end() && counts->is_object())
    for (const auto& [reason, count] : counts->items())
      by_reason[reason].count = number_of(*counts, reason.c_str());
  return by_reason;
}

std::string line_numbers(const left_out_rows& rows) {
  const auto lines_shown = std::span(rows.lines).first(std::min(rows.lines.size(), lines_shown_max));
  return fmt::format("{}{}", fmt::join(lines_shown, ", "), rows.count > lines_shown.size() ? " …" : "");
}

/// "windows-1251, delimited by ;" and what was put right.
std::string reading_words(const nlohmann::json& answer) {
  const auto read = answer.find("read");
  if (read == answer.end() || !read->is_object())
    return {};
  std::vector<std::string> facts{text_of(*read, "format"), text_of(*read, "encoding")};
  if (const auto delimiter = text_of(*read, "delimiter"); !delimiter.empty())
    facts.push_back(delimiter == "\t" ? "tabs" : fmt::format("`{}`", delimiter));
  if (const auto sheet = text_of(*read, "sheet"); !sheet.empty())
    facts.push_back(fmt::format("sheet {}", sheet));
  facts.push_back(fmt::format("addresses in {}", text_of(*read, "email_column")));
  std::erase(facts, "");
  auto words = fmt::format("  read as {}\n", shown(fmt::format("{}", fmt::join(facts, ", "))));
  if (const auto notices = read->find("notices"); notices != read->end() && notices->is_array())
    for (const auto& one : *notices)
      words += fmt::format("  {}\n", shown(words_of(notice_from_json(one).value_or(notice{}))));
  return words;
}

/// The first rows that were left out, with what stood there.
std::vector<std::string> rows_shown(const nlohmann::json& answer) {
  constexpr std::size_t rows_max = 5;
  std::vector<std::string> lines;
  const auto rows = answer.find("left_out");
  if (rows == answer.end() || !rows->is_array())
    return lines;
  for (const auto& row : *rows)
    if (const auto cell = text_of(row, "cell"); !cell.empty() && lines.size() < rows_max)
      lines.push_back(fmt::format("    line {}: {}: {}\n", number_of(row, "line"),
                                  shown(text_of(row, "reason")), shown(cell)));
  return lines;
}

} // namespace

void add_list_options(command_syntax to, list_reading_words& into) {
  to.option("--encoding", into.encoding, "NAME",
            "of the file: windows-1251, utf-16le …; found out if left out")
      .option("--sheet", into.sheet, "NAME", "of an XLSX file; the first if left out")
      .option("--email-column", into.email_column, "NAME",
              "the column of the addresses, or its number from 1")
      .flag("--no-header", into.has_no_header,
            "the first line is a recipient's; columns are email, column 2 …");
}

outcome<nlohmann::json> import_audience(session& with,
                                        const std::string& file,
                                        const std::string& name,
                                        const list_reading_words& said,
                                        const std::string& replacements) {
  auto opened = source_file::open(file, with.io().in);
  if (!opened)
    return std::unexpected(opened.error());
  import_bar progress(with.io());
  auto form =
      replacements.empty() ? std::optional<list_form>{} : list_form{replacements, name_for(file, name)};
  const auto read = [&](char* into, std::size_t bytes_max) {
    const auto count = form ? form->read(*opened, into, bytes_max) : opened->read(into, bytes_max);
    progress.show(*opened);
    return count;
  };
  auto answer = with.engine().upload("/v1/audiences",
                                     {{"name", name_for(file, name)},
                                      {"encoding", said.encoding},
                                      {"sheet", said.sheet},
                                      {"email_column", said.email_column},
                                      {"header", said.has_no_header ? "none" : ""}},
                                     read, form ? form->size(*opened) : opened->size(),
                                     form ? form->content_type() : "application/octet-stream");
  progress.clear();
  return answer;
}

std::string import_words(const nlohmann::json& answer) {
  auto words = fmt::format("{}  {}: {} taken, {} left out\n", shown(text_of(answer, "id")),
                           shown(text_of(answer, "name")), counted(number_of(answer, "rows"), "row", "rows"),
                           number_of(answer, "left_out_total"));
  if (const auto files = answer.find("attachments"); files != answer.end() && files->is_object()) {
    words += fmt::format("  {} uploaded", counted(number_of(*files, "files"), "file", "files"));
    if (const auto missing = number_of(*files, "missing"); missing > 0)
      words += fmt::format(", {} without one", counted(missing, "row", "rows"));
    words += '\n';
  }
  words += reading_words(answer);
  for (const auto& [reason, rows] : rows_by_reason(answer))
    words += fmt::format("  {}  {}: {}{}\n", rows.count, shown(reason), rows.count == 1 ? "line " : "lines ",
                         line_numbers(rows));
  for (const auto& row : rows_shown(answer))
    words += row;
  return words;
}

std::string kept_import_words(const nlohmann::json& audience) {
  if (!audience.contains("left_out_total"))
    return {};
  auto words = reading_words(audience);
  const auto total = number_of(audience, "left_out_total");
  words += fmt::format("  left out    {}\n", total);
  if (const auto reasons = audience.find("left_out_reasons");
      reasons != audience.end() && reasons->is_array())
    for (const auto& reason : *reasons)
      words += fmt::format("    {}\n", shown(words_of(notice_from_json(reason).value_or(notice{}))));
  for (const auto& row : rows_shown(audience))
    words += row;
  return words;
}

} // namespace sluice::cli
