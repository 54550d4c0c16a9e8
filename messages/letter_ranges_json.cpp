#include "messages/json.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

using nlohmann::json;

json to_json(const letter_ranges& value) {
  json flat = json::array();
  for (const auto& range : value) {
    flat.push_back(range.begin);
    flat.push_back(range.end);
  }
  return flat;
}

result<letter_ranges> letter_ranges_from_json(const json& value) {
  const auto wrong = [] { return failure(error_code::corrupt, "a list of letters is not well-formed"); };
  if (!value.is_array() || value.size() % 2 != 0)
    return wrong();
  letter_ranges letters;
  letter_index last_end = 0;
  for (std::size_t at = 0; at < value.size(); at += 2) {
    if (!value[at].is_number_unsigned() || !value[at + 1].is_number_unsigned())
      return wrong();
    const auto begin = value[at].get<std::uint64_t>();
    const auto end = value[at + 1].get<std::uint64_t>();
    if (begin >= end || end > letters_max || (at > 0 && begin <= last_end))
      return wrong();
    last_end = static_cast<letter_index>(end);
    letters.add({static_cast<letter_index>(begin), last_end});
  }
  return letters;
}

} // namespace sluice
