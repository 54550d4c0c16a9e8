#include "persistence/recipient_rows.hpp"

#include "persistence/audience_rows.hpp"

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
    const auto bytes = take_row(left);
    const auto begin = static_cast<std::uint32_t>(fields_.size());
    const auto email = bytes ? read_row(*bytes, fields_) : std::nullopt;
    if (!email) {
      fields_.resize(begin);
      return;
    }
    rows_.push_back({*email, begin, static_cast<std::uint32_t>(fields_.size())});
  }
}

} // namespace sluice
