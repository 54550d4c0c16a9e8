#include "persistence/audiences.hpp"

namespace sluice {

result<std::vector<recipient>>
audience_store::read(audience_id id, letter_index first, std::size_t count) const {
  std::vector<recipient> all;
  while (all.size() < count) {
    const auto rows = read_rows(id, first + static_cast<letter_index>(all.size()), count - all.size());
    if (!rows)
      return std::unexpected(rows.error());
    if (rows->empty())
      break;
    for (std::size_t row = 0; row < rows->size(); ++row)
      all.push_back(to_recipient((*rows)[row]));
  }
  return all;
}

result<std::optional<letter_index>> audience_store::find(audience_id id, std::string_view email) const {
  const auto found = find_all(id, std::span(&email, 1));
  if (!found)
    return std::unexpected(found.error());
  return found->front();
}

} // namespace sluice
