#pragma once
// How a list was read and what was left out of it, as plain data: it is kept with the audience.

#include "messages/notice.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// What may be set about imports.
struct import_settings {
  double left_out_percent_max = 2;    ///< of a list, before a campaign may use it without a word; 100: off
  bool takes_odd_local_parts = false; ///< dots at an end of the local part, or two beside each other
  std::uint64_t unpacked_bytes_max = std::uint64_t{2} << 30U; ///< what gzip and XLSX may unpack to
};

struct list_reading {
  std::string format;       ///< "csv", "json_lines", "xlsx"
  std::string encoding;     ///< "utf-8", "windows-1251" …; empty: none (XLSX)
  std::string delimiter;    ///< ",", ";", "\t", "|"; empty: none
  std::string email_column; ///< as the file calls it
  std::string sheet;
  std::vector<notice> notices; ///< what was found out or put right, with counts
  bool operator==(const list_reading&) const = default;
};

struct left_out_entry {
  std::uint64_t line = 0; ///< of a spreadsheet the row's number
  notice why;
  std::string cell; ///< personal data: left_out_cell_bytes_max at most
  bool operator==(const left_out_entry&) const = default;
};

inline constexpr std::size_t left_out_listed_max = 1000;
inline constexpr std::size_t left_out_cell_bytes_max = 200;

/// What is known of an import without its rows.
struct import_summary {
  list_reading read;
  std::uint64_t left_out_total = 0;
  std::uint64_t left_out_repeated = 0; ///< of these: addresses that were there already, which is no failure
  std::vector<notice> reasons;         ///< each with its `count`
  bool operator==(const import_summary&) const = default;
};

struct import_record {
  import_summary summary;
  std::vector<left_out_entry> left_out; ///< the first left_out_listed_max
  bool operator==(const import_record&) const = default;
};

/// How much of the list failed, in percent of the rows that it had; repeated addresses are no failure and count neither way.
double left_out_percent(const import_summary& summary, std::uint64_t rows_taken);

/// The stored forms: CBOR maps with a version, "v": 1. Nothing where the bytes are none.
std::string encode_import_summary(const import_summary& summary);
std::optional<import_summary> decode_import_summary(std::string_view stored);
std::string encode_left_out(const std::vector<left_out_entry>& rows);
std::optional<std::vector<left_out_entry>> decode_left_out(std::string_view stored);

} // namespace sluice
