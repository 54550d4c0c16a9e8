#pragma once
// Reads a list of recipients, CSV or JSON Lines, into an audience: in pieces of any size, with little memory
// whatever comes. Every record is either taken or counted as left out, with the line it begins on.
//
// - CSV (RFC 4180): `,` or `;`, whichever the header line has more of; quoted values may hold delimiters, line
//   breaks and doubled quotes; lines end in LF, CRLF or CR. The first line names the columns.
// - JSON Lines: one object a line; text, numbers and true/false become fields, null is no field.
// - A column `email` (any case; `e-mail` too) is needed; blanks around column names and addresses do not
//   count. Values stay as they are. A byte order mark and empty lines are passed over.
// - A quote that does not end costs the line it stands on, not those behind it.

#include "messages/error.hpp"
#include "persistence/audiences.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace sluice {

enum class import_format : std::uint8_t {
  detect, ///< JSON Lines when the first character is `{`, else CSV
  csv,
  json_lines,
};

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
  nested_value,
  repeated_field,
};

/// The reason as a notice; how often is its `count`, where that is added.
notice notice_of(left_out_reason reason);
/// The reason in a few words: "wrong address", "row over 256 KiB" …
std::string name_of(left_out_reason reason);

struct left_out_row {
  std::uint64_t line = 0; ///< where the record begins; the file's first line is 1
  left_out_reason reason = left_out_reason::wrong_address;
  bool operator==(const left_out_row&) const = default;
};

struct import_report {
  std::uint64_t rows = 0; ///< taken
  std::uint64_t left_out_total = 0;
  std::map<left_out_reason, std::uint64_t> by_reason;
  std::vector<left_out_row> left_out; ///< the first import_left_out_listed_max
  bool operator==(const import_report&) const = default;
};

inline constexpr std::size_t import_left_out_listed_max = 1000;
inline constexpr std::size_t import_row_bytes_max = 256 * 1024;
inline constexpr std::size_t import_field_bytes_max = 64 * 1024;
/// A quoted value that goes on for longer is taken for a quote that does not end.
inline constexpr std::size_t import_row_lines_max = 100;

/// One file on its way into an audience. Used from one thread; the writer must outlive it.
class audience_import {
public:
  explicit audience_import(audience_writer& into, import_format format = import_format::detect);
  ~audience_import();
  audience_import(const audience_import&) = delete;
  audience_import& operator=(const audience_import&) = delete;

  /// Takes the next bytes. `invalid_input` when the whole file is of no use (no `email` column, UTF-16 …),
  /// or the writer's error; every later call gives the same.
  result<void> feed(std::string_view bytes);
  /// Takes what is left and says what became of all. The writer is not committed: that is the caller's.
  result<import_report> finish();
  /// What became of the records so far.
  const import_report& so_far() const;

private:
  struct reader;
  std::unique_ptr<reader> reader_;
};

} // namespace sluice
