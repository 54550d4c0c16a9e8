#include "persistence/suppressions.hpp"

#include "messages/lower_case.hpp"
#include "messages/sha256.hpp"

#include <algorithm>

namespace sluice {

notice notice_of(const suppression& entry) {
  notice what{"suppressed", {{"reason", entry.reason}}};
  if (names_domain(entry.email))
    what.add({"domain", entry.email});
  if (!entry.list.empty())
    what.add({"list", entry.list});
  return what;
}

// A list's name may hold anything; in hexadecimal it has no bracket, and no target begins with one.
std::string to_cursor(const suppression_place& place) {
  if (place.list.empty())
    return place.target;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(place.list.data());
  return "(" + to_hex({bytes, place.list.size()}) + ")" + place.target;
}

std::optional<suppression_place> place_of_cursor(std::string_view cursor) {
  suppression_place place;
  if (cursor.starts_with('(')) {
    const auto end = cursor.find(')');
    if (end == std::string_view::npos)
      return std::nullopt;
    std::vector<std::uint8_t> list((end - 1) / 2);
    if (!from_hex(cursor.substr(1, end - 1), list))
      return std::nullopt;
    place.list.assign(list.begin(), list.end());
    cursor.remove_prefix(end + 1);
  }
  place.target = cursor;
  std::ranges::transform(place.target, place.target.begin(), ascii_lower_case);
  return place;
}

} // namespace sluice
