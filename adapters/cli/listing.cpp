#include "adapters/cli/listing.hpp"

#include <nlohmann/json.hpp>

#include <ostream>

namespace sluice::cli {
namespace {

/// Rows that are aligned together, and held until then.
constexpr std::size_t block_rows = 500;

} // namespace

list_printer::list_printer(session& with, std::vector<table_column> columns) :
    with_(with), columns_(std::move(columns)), block_(columns_) {}

void list_printer::add(const nlohmann::json& item,
                       const std::function<std::vector<std::string>(const nlohmann::json&)>& row) {
  if (with_.wants_json()) {
    with_.io().out << (printed_ == 0 ? "{\"items\":[\n" : ",\n") << json_text(item);
    ++printed_;
    return;
  }
  block_.add(row(item));
  if (block_.rows() == block_rows)
    print_block();
}

void list_printer::print_block() {
  with_.io().out << block_.render(with_.io().out_terminal.width, printed_ == 0);
  printed_ += block_.rows();
  block_ = table{columns_};
}

void list_printer::end(const std::string& empty_words) {
  auto& out = with_.io().out;
  if (with_.wants_json()) {
    out << (printed_ == 0 ? "{\"items\":[" : "\n") << "]}\n";
    return;
  }
  if (block_.rows() > 0)
    print_block();
  if (printed_ == 0)
    out << empty_words << '\n';
}

outcome<exit_code> print_list(session& with,
                              const std::string& path,
                              const query& parameters,
                              const std::vector<table_column>& columns,
                              const std::function<std::vector<std::string>(const nlohmann::json&)>& row,
                              std::uint64_t limit,
                              const std::string& empty_words) {
  list_printer printer(with, columns);
  const auto listed = with.engine().each_item(path, parameters, limit, [&](const nlohmann::json& item) {
    printer.add(item, row);
    return with.io().out.good();
  });
  if (!listed)
    return std::unexpected(listed.error());
  printer.end(empty_words);
  return exit_code::done;
}

} // namespace sluice::cli
