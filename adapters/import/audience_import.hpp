#pragma once
// Reads a list of recipients as people have it into an audience: in pieces of any size, with little memory whatever comes.
// Every record is either taken or counted as left out, with the line it begins on. README.md beside this file says what
// is read, what is put right, and what is refused.
//
// - CSV (RFC 4180): `,`, `;`, tab or `|`, whichever the header line has most of; quoted values may hold delimiters, line
//   breaks and doubled quotes; lines end in LF, CRLF or CR. The first line names the columns.
// - JSON Lines: one object a line; text, numbers and true/false become fields, null is no field.
// - XLSX: one sheet's rows. Kept whole until its end, packed as it is.
// - Any of them packed with gzip; text in any of the encodings of text_encoding.hpp.
// - A quote that does not end costs the line it stands on, not those behind it.

#include "adapters/import/leniency.hpp"
#include "messages/error.hpp"
#include "messages/import_record.hpp"
#include "persistence/audiences.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

enum class import_format : std::uint8_t {
  detect, ///< XLSX by its first bytes, JSON Lines when the first character is `{`, else CSV
  csv,
  json_lines,
  xlsx,
};
/// "csv", "json_lines", "xlsx".
std::string_view name_of(import_format format);

/// Why a record was left out.
enum class left_out_reason : std::uint8_t {
  no_address,
  wrong_address,
  control_characters, ///< in the address
  repeated_address,
  wrong_field_count,
  wrong_encoding, ///< no UTF-8, or a NUL
  unended_quote,
  field_too_long,
  row_too_long,
  too_many_columns,
  bad_json,
  nested_value, ///< nested too deep
  repeated_field,
  two_addresses,
  address_without_at,
  address_two_ats,
  address_local_empty,
  address_local_dot,
  address_local_quote,
  address_blank,
  address_local_character,
  address_invisible,
  address_too_long,
  address_domain_empty,
  address_domain_dot,
  address_domain_without_dot,
  address_domain_character,
};
inline constexpr std::size_t left_out_reasons_max = 27;

/// The reason as a notice; how often is its `count`, where that is added.
notice notice_of(left_out_reason reason);
/// The reason in a few words: "no @ in the address", "row over 256 KiB" …
std::string name_of(left_out_reason reason);

struct left_out_row {
  std::uint64_t line = 0; ///< where the record begins; the file's first line is 1
  left_out_reason reason = left_out_reason::wrong_address;
  /// What stood where the address should be, or what was wrong; left_out_cell_bytes_max at most.
  std::string cell = {};
  bool operator==(const left_out_row&) const = default;
};

struct import_report {
  std::uint64_t rows = 0; ///< taken
  std::uint64_t left_out_total = 0;
  std::map<left_out_reason, std::uint64_t> by_reason;
  std::vector<left_out_row> left_out; ///< the first import_left_out_listed_max
  list_reading read;                  ///< how; its notices say what was put right
  bool operator==(const import_report&) const = default;
};

/// What is kept of it with the audience.
import_record record_of(const import_report& report);

inline constexpr std::size_t import_left_out_listed_max = left_out_listed_max;
inline constexpr std::size_t import_row_bytes_max = 256 * 1024;
inline constexpr std::size_t import_field_bytes_max = 64 * 1024;
/// A quoted value that goes on for longer is taken for a quote that does not end.
inline constexpr std::size_t import_row_lines_max = 100;
/// An XLSX file is kept in memory, packed.
inline constexpr std::size_t import_xlsx_bytes_max = std::size_t{64} << 20U;

/// Puts other texts in the place of some columns' cells, as the ids of attachments in the place of files' names. Empty
/// cells stay as they are.
struct cell_replacement {
  std::vector<std::string> columns;
  /// What takes the cell's place; empty: the row has no such field. A failure ends the import.
  std::function<result<std::string>(std::string_view column, std::string_view cell, std::uint64_t line)> find;
};

/// What whoever imports says of the file. Empty: it is found out.
struct import_options {
  import_format format = import_format::detect;
  std::string encoding = {};     ///< any name that encoding_named knows
  std::string sheet = {};        ///< of a spreadsheet; else the first that is shown
  std::string email_column = {}; ///< its name, or its number from 1
  bool has_header = true;        ///< false: columns are `email`, `column 2` …
  import_settings settings = {};
  cell_replacement replaced = {};
};

/// The beginning of a file as it would be read; nothing is stored.
struct import_preview {
  list_reading read;
  bool has_header = true;
  std::vector<std::string> columns;
  std::optional<std::string> email_column;    ///< as the file calls it; nothing: it must be said
  std::vector<std::vector<std::string>> rows; ///< the first import_preview_rows_max
  std::vector<std::string> sheets;
};
inline constexpr std::size_t import_preview_rows_max = 5;

/// One file on its way into an audience. Used from one thread; the writer must outlive it.
class audience_import {
public:
  explicit audience_import(audience_writer& into, import_options options = {});
  audience_import(audience_writer& into, import_format format);
  ~audience_import();
  audience_import(const audience_import&) = delete;
  audience_import& operator=(const audience_import&) = delete;

  /// Takes the next bytes. `invalid_input` when the whole file is of no use (no column of addresses, an XLS file …),
  /// or the writer's error; every later call gives the same.
  result<void> feed(std::string_view bytes);
  /// Takes what is left and says what became of all. The writer is not committed: that is the caller's.
  result<import_report> finish();
  /// What became of the records so far.
  const import_report& so_far() const;

private:
  struct reader;
  friend result<import_preview>
  preview_import(std::string_view beginning, bool is_whole, import_options options);
  std::unique_ptr<reader> reader_;
};

/// Reads a file's beginning, or all of it (of XLSX it must be all).
result<import_preview> preview_import(std::string_view beginning, bool is_whole, import_options options);

} // namespace sluice
