#include "adapters/cli/table.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t cut_width_min = 8;

std::string line_of(const std::vector<table_column>& columns,
                    const std::vector<std::size_t>& widths,
                    const auto& cell_at) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0)
      line.append(gap, ' ');
    line += padded(cut(cell_at(i), widths[i]), widths[i], columns[i].where);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

} // namespace

table::table(std::vector<table_column> columns) : columns_(std::move(columns)) {}

void table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (auto& cell : cells)
    cell = shown(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> table::widths(std::size_t limit) const {
  std::vector<std::size_t> found(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    found[i] = std::max(columns_[i].width_min, display_width(columns_[i].title));
    for (const auto& row : rows_)
      found[i] = std::max(found[i], display_width(row[i]));
  }
  if (limit == 0 || columns_.empty())
    return found;
  auto total = std::accumulate(found.begin(), found.end(), gap * (columns_.size() - 1));
  while (total > limit) {
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto least = std::max(columns_[i].width_min, cut_width_min);
      const bool can_give = columns_[i].may_be_cut && found[i] > least;
      if (can_give && (widest == columns_.size() || found[i] > found[widest]))
        widest = i;
    }
    if (widest == columns_.size())
      break;
    --found[widest];
    --total;
  }
  return found;
}

std::string table::render(std::size_t width, bool with_titles) const {
  const auto fitted = widths(width);
  std::string text;
  if (with_titles)
    text += line_of(columns_, fitted, [&](std::size_t i) -> std::string_view { return columns_[i].title; });
  for (const auto& row : rows_)
    text += line_of(columns_, fitted, [&](std::size_t i) -> std::string_view { return row[i]; });
  return text;
}

} // namespace sluice::cli
