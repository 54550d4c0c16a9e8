#pragma once
// Some of an audience's rows, for checks that look at letters before they leave.

#include "messages/letter_ranges.hpp"
#include "persistence/store.hpp"

#include <algorithm>
#include <vector>

namespace sluice {

inline constexpr letter_index sample_spread_letters = 100;

/// The first row, the last, and a hundred evenly between them.
inline std::vector<letter_range> sampled_rows(letter_index size) {
  std::vector<letter_range> sample;
  const std::uint64_t last = size > 0 ? size - 1 : 0;
  for (std::uint64_t at = 0; size > 0 && at <= sample_spread_letters + 1; ++at)
    if (const auto index = static_cast<letter_index>(last * at / (sample_spread_letters + 1));
        sample.empty() || sample.back().begin < index)
      sample.push_back({index, index + 1});
  return sample;
}

/// Calls `visit(index, row)` with each row of the ranges; what cannot be read ends it.
template <class Visit>
result<void>
read_ranges(const store& from, audience_id audience, const std::vector<letter_range>& ranges, Visit&& visit) {
  constexpr std::size_t rows_a_read = 1000;
  for (const auto& range : ranges)
    for (auto next = range.begin; next < range.end;) {
      const auto wanted = std::min<std::size_t>(range.end - next, rows_a_read);
      const auto rows = from.audiences().read_rows(audience, next, wanted);
      if (!rows)
        return std::unexpected(rows.error());
      if (rows->empty())
        return {};
      for (std::size_t row = 0; row < rows->size(); ++row)
        visit(next + static_cast<letter_index>(row), (*rows)[row]);
      next += static_cast<letter_index>(rows->size());
    }
  return {};
}

} // namespace sluice
