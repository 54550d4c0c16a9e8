#include "adapters/cli/audience_import.hpp"

#include "adapters/cli/answers.hpp"
#include "adapters/cli/bars.hpp"
#include "adapters/cli/concat.hpp"
#include "adapters/cli/live_lines.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <map>

namespace sluice::cli {
namespace {

constexpr std::size_t lines_shown_max = 20;
constexpr milliseconds redraw_every{100};

/// The bar of an import; drawn at most ten times a second.
class import_bar {
public:
  explicit import_bar(console& around) :
      lines_(around.err, around.err_terminal), now_(around.now), drawn_at_(around.now()) {}

  void show(const source_file& from) {
    if (!lines_.is_live() || now_() - drawn_at_ < redraw_every)
      return;
    drawn_at_ = now_();
    auto words = concat("importing ", bytes_words(from.taken()));
    if (from.size())
      words = concat("importing ", bar(from.taken(), *from.size(), 40, lines_.where()), ' ',
                     percent(from.taken(), *from.size()), " of ", bytes_words(*from.size()));
    lines_.draw({cut(words, lines_.where().width - 1)});
  }
  void clear() { lines_.clear(); }

private:
  live_lines lines_;
  clock_source now_;
  timestamp drawn_at_;
};

std::string name_for(const std::string& file, const std::string& name) {
  if (!name.empty())
    return name;
  return file == "-" ? std::string{"standard input"} : std::filesystem::path{file}.filename().string();
}

std::string line_numbers(const std::vector<std::uint64_t>& lines, std::size_t count) {
  std::string words;
  for (std::size_t i = 0; i < std::min(lines.size(), lines_shown_max); ++i)
    words += concat(i == 0 ? "" : ", ", lines[i]);
  if (count > lines_shown_max)
    words += " …";
  return words;
}

} // namespace

outcome<nlohmann::json> import_audience(session& with, const std::string& file, const std::string& name) {
  auto opened = source_file::open(file, with.io().in);
  if (!opened)
    return std::unexpected(opened.error());
  import_bar progress(with.io());
  const auto read = [&](char* into, std::size_t bytes_max) {
    const auto count = opened->read(into, bytes_max);
    progress.show(*opened);
    return count;
  };
  auto answer = with.engine().upload("/v1/audiences", {{"name", name_for(file, name)}}, read, opened->size());
  progress.clear();
  return answer;
}

std::string import_words(const nlohmann::json& answer) {
  auto words = concat(shown(text_of(answer, "id")), "  ", shown(text_of(answer, "name")), ": ",
                      counted(number_of(answer, "rows"), "row", "rows"), " taken, ",
                      number_of(answer, "left_out_total"), " left out\n");
  std::map<std::string, std::vector<std::uint64_t>> by_reason;
  const auto rows = answer.find("left_out");
  std::size_t listed = 0;
  if (rows != answer.end() && rows->is_array())
    for (const auto& row : *rows) {
      by_reason[text_of(row, "reason")].push_back(number_of(row, "line"));
      ++listed;
    }
  for (const auto& [reason, lines] : by_reason)
    words += concat("  ", lines.size(), "  ", shown(reason), ": ", lines.size() == 1 ? "line " : "lines ",
                    line_numbers(lines, lines.size()), '\n');
  if (number_of(answer, "left_out_total") > listed)
    words += concat("  only the first ", listed, " are told apart by reason\n");
  return words;
}

} // namespace sluice::cli
