#pragma once
// An import from any bytes, in any pieces.

#include "adapters/import/audience_import.hpp"
#include "messages/address.hpp"
#include "messages/utf8.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <optional>
#include <set>

namespace sluice::fuzz {

/// Keeps rows in memory, as an audience would.
class row_keeper final : public audience_writer {
public:
  result<std::uint16_t> column(std::string_view name) override {
    must(is_utf8(name), "a column's name can be stored");
    for (std::size_t at = 0; at < columns.size(); ++at)
      if (columns[at] == name)
        return static_cast<std::uint16_t>(at);
    if (columns.size() >= audience_columns_max)
      return failure(error_code::too_large, "too many columns");
    columns.emplace_back(name);
    return static_cast<std::uint16_t>(columns.size() - 1);
  }
  result<bool> add(const recipient& row) override {
    must(is_utf8(row.email), "an address can be stored");
    must(row.email.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos,
         "an address is one line");
    must(row.email.find(' ') == std::string::npos || row.email.starts_with('"'),
         "an address is one word, or quoted");
    for (const auto& field : row.fields) {
      must(field.column < columns.size(), "a field belongs to a column");
      must(is_utf8(field.value) && field.value.size() <= import_field_bytes_max, "a field can be stored");
    }
    if (!addresses.insert(row.email).second)
      return false;
    rows.push_back(row);
    return true;
  }
  result<audience_info> commit(const act&) override { return audience_info{}; }

  std::vector<std::string> columns{"email"};
  std::vector<recipient> rows;
  std::set<std::string> addresses;
};

struct imported {
  std::vector<std::string> columns;
  std::vector<recipient> rows;
  std::optional<import_report> report; ///< none: the file was refused
  bool operator==(const imported&) const = default;
};

template <class Feed>
imported import_with(import_format format, Feed&& feed) {
  row_keeper rows;
  import_options options{.format = format};
  options.settings.unpacked_bytes_max = 1U << 20U; // what is larger only takes time
  audience_import reader(rows, options);
  auto is_taken = true;
  feed([&](std::string_view piece) { is_taken = is_taken && reader.feed(piece).has_value(); });
  const auto report = reader.finish();
  must(is_taken || !report, "an import that failed does not end well");
  if (!report)
    return {};
  must(report->rows == rows.rows.size(), "the report counts the rows that were taken");
  return {rows.columns, rows.rows, *report};
}

inline int try_import(import_format format, const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto whole = import_with(format, [&](auto&& take) { take(text); });
  const auto pieces = import_with(format, [&](auto&& take) { in_pieces(text, take); });
  must(whole == pieces, "an import does not depend on the pieces that it comes in");
  return 0;
}

} // namespace sluice::fuzz
