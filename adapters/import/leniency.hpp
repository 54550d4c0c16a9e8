#pragma once
// What an import passes over or puts right without leaving a row out. Each is counted, and told.

#include "messages/notice.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace sluice {

enum class leniency : std::uint8_t {
  blanks_trimmed, ///< around addresses and column names
  name_dropped,   ///< around an address
  link_dropped,   ///< mailto:
  separator_dropped,
  quotes_dropped,
  cells_missing,     ///< rows that are shorter than the header
  cells_empty_extra, ///< rows that are longer, with empty cells
  columns_empty,     ///< at the header's end
  formula_errors,    ///< cells of a spreadsheet
};
inline constexpr std::size_t leniencies_max = 9;

/// What was done to one address.
class leniencies {
public:
  void add(leniency one) { bits_ |= 1U << static_cast<unsigned>(one); }
  bool has(leniency one) const { return (bits_ & (1U << static_cast<unsigned>(one))) != 0; }
  bool empty() const { return bits_ == 0; }
  void clear() { bits_ = 0; }

private:
  unsigned bits_ = 0;
};

using leniency_counts = std::array<std::uint64_t, leniencies_max>;

/// With its `count`.
notice notice_of(leniency one, std::uint64_t count);

} // namespace sluice
