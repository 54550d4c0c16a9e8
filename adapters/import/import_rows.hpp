#pragma once
// Where all formats' records end: an address that is checked, a row that is taken or counted as left out, and what the
// import tells of itself.

#include "adapters/import/address_cell.hpp"
#include "adapters/import/audience_import.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// True when text may be kept: UTF-8 and no NUL.
bool is_storable_text(std::string_view text);

class import_rows {
public:
  import_rows(audience_writer& into, const import_options& options, import_preview* preview) :
      into_(into), options_(options), preview_(preview) {}

  const import_options& options() const { return options_; }
  /// Where only the beginning is looked at: no row is taken then.
  import_preview* preview() const { return preview_; }

  result<std::uint16_t> column(std::string_view name);
  void leave_out(std::uint64_t line, left_out_reason reason, std::string_view cell);
  /// Takes the row, whose address is still as it was in the file, or counts it. Fails only when the writer does.
  result<void> add(std::uint64_t line, std::string_view cell, recipient& row);
  /// Whether an address stands in the cell.
  bool has_address(std::string_view cell);

  void count(leniency one, std::uint64_t times = 1) { counts_[static_cast<std::size_t>(one)] += times; }
  void tell(notice what) { told_.push_back(std::move(what)); }
  list_reading& read() { return report_.read; }
  const import_report& report() const { return report_; }
  /// All that was told and counted becomes the report's notices.
  void finish();

private:
  result<void> replace_cells(std::uint64_t line, recipient& row) const;
  result<std::string> checked_address(std::string_view address) const;
  void count_taken(const leniencies& taken);

  audience_writer& into_;
  const import_options& options_;
  import_preview* preview_;
  import_report report_;
  leniency_counts counts_{};
  std::vector<notice> told_;
  address_cell cell_;
  std::vector<std::pair<std::uint16_t, std::string>> replaced_; ///< columns whose cells are replaced
};

} // namespace sluice
