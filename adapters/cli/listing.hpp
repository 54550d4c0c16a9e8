#pragma once
// A list of the engine's, of any length, as a table or as JSON: fetched page by page, printed as it comes, never
// held whole.

#include "adapters/cli/session.hpp"
#include "adapters/cli/table.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace sluice::cli {

/// `row` makes a table's row of an item. `limit` 0: all. `empty_words` are said when there is nothing.
outcome<exit_code> print_list(session& with,
                              const std::string& path,
                              const query& parameters,
                              const std::vector<table_column>& columns,
                              const std::function<std::vector<std::string>(const nlohmann::json&)>& row,
                              std::uint64_t limit,
                              const std::string& empty_words);

/// The printing alone, for items from elsewhere: `add` them, then `end`.
class list_printer {
public:
  list_printer(session& with, std::vector<table_column> columns);
  void add(const nlohmann::json& item,
           const std::function<std::vector<std::string>(const nlohmann::json&)>& row);
  void end(const std::string& empty_words);

private:
  void print_block();

  session& with_;
  std::vector<table_column> columns_;
  table block_;
  std::size_t printed_ = 0;
};

} // namespace sluice::cli
