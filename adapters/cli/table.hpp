#pragma once
// A table of text: columns aligned, and made to fit a terminal by cutting the widest of the columns that may
// be cut. On anything but a terminal nothing is ever cut.

#include "adapters/cli/text.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli {

struct table_column {
  std::string title;
  align where = align::left;
  bool may_be_cut = false;
  std::size_t width_min = 0; ///< also without content; and what cutting leaves at least (8 or more)
};

class table {
public:
  explicit table(std::vector<table_column> columns);
  /// One cell for each column, as they come from outside: `shown` is applied here.
  void add(std::vector<std::string> cells);
  std::size_t rows() const { return rows_.size(); }

  /// Lines with a line feed each. `width` 0: no limit.
  std::string render(std::size_t width, bool with_titles = true) const;

private:
  std::vector<std::size_t> widths(std::size_t limit) const;

  std::vector<table_column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

} // namespace sluice::cli
