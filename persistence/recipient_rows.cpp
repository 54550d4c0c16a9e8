#include "persistence/recipient_rows.hpp"

#include "persistence/audience_rows.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sluice {

recipient to_recipient(const recipient_view& row) {
  recipient copied{.email = std::string(row.email), .fields = {}};
  copied.fields.reserve(row.fields.size());
  for (const auto& field : row.fields)
    copied.fields.push_back({field.column, std::string(field.value)});
  return copied;
}

recipient_rows::recipient_rows(std::vector<char> rows) : bytes_(std::move(rows)) {
  std::string_view left(bytes_.data(), bytes_.size());
  while (!left.empty()) {
    const auto entry = take_entry(left);
    const auto begin = static_cast<std::uint32_t>(fields_.size());
    if (entry && entry->is_erased()) {
      rows_.push_back({{}, entry->leaf, begin, begin});
      continue;
    }
    const auto email = entry ? read_row(entry->row, fields_) : std::nullopt;
    if (!email || email->empty()) {
      fields_.resize(begin);
      return;
    }
    rows_.push_back({*email, entry->leaf, begin, static_cast<std::uint32_t>(fields_.size())});
  }
}

sha256_hash recipient_rows::leaf(std::size_t row) const {
  const auto& at = rows_[row];
  return row_entry{at.email, at.leaf}.leaf_hash();
}

void recipient_rows::keep(std::size_t first, std::size_t count) {
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(std::min(first, rows_.size())));
  rows_.resize(std::min(count, rows_.size()));
}

} // namespace sluice
