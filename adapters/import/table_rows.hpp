#pragma once
// What CSV and spreadsheets have in common: a first record that names the columns, one of which is the address, and records
// that are rows of cells. Where the names leave open which column the addresses are in, records are held back
// (table_rows_held_max) and looked at.

#include "adapters/import/import_rows.hpp"
#include "adapters/import/record_fields.hpp"

#include <string>
#include <vector>

namespace sluice {

inline constexpr std::size_t table_rows_held_max = 100;

class table_rows {
public:
  /// `counts_short_rows`: whether a record that ends early is worth telling; a spreadsheet's do as a rule.
  table_rows(import_rows& into, bool counts_short_rows) :
      into_(into), counts_short_rows_(counts_short_rows) {}

  /// One record. Fails when the whole list is of no use, or the writer does.
  result<void> take(std::uint64_t line, const record_fields& fields);
  result<void> finish();
  /// False until the first record was taken.
  bool has_begun() const { return state_ != state::nothing; }

private:
  enum class state : std::uint8_t { nothing, looking, reading };
  struct held_record {
    std::uint64_t line;
    record_fields fields;
  };

  result<void> take_header(std::uint64_t line, const record_fields& fields);
  result<void> name_columns(const record_fields& header);
  void number_columns(std::size_t count);
  void number_repeated_names();
  result<void> choose_email(const record_fields& first);
  result<void> take_said_column(const std::string& said);
  result<void> begin_reading(std::size_t email);
  void tell_email_column(bool is_one_of_several);
  /// The column that the held records' cells speak for.
  result<void> stop_looking();
  result<void> refuse_without_column(const std::vector<std::size_t>& address_columns);
  result<void> take_row(std::uint64_t line, const record_fields& fields);
  /// Leaves the row out where it has.
  bool has_extra_cell(std::uint64_t line, const record_fields& fields);
  void show(const record_fields& fields);

  import_rows& into_;
  bool counts_short_rows_;
  state state_ = state::nothing;
  std::vector<std::string> names_;     ///< as the file has them, made fit
  std::vector<std::uint16_t> columns_; ///< of each cell
  std::size_t header_cells_ = 0;       ///< with those without a name at its end
  std::size_t email_ = 0;              ///< which cell the address is in
  std::vector<held_record> held_;
  std::size_t held_bytes_ = 0;
  recipient row_;
};

} // namespace sluice
