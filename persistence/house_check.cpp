#include "persistence/house_check.hpp"

#include "persistence/house_tables.hpp"

#include <algorithm>

namespace sluice {

result<house_check> check_house(const journal& log,
                                const std::vector<stored_token>& tokens,
                                const suppression_list& suppressions,
                                const address_hider& hide,
                                timestamp now) {
  house_check found;
  auto tables = read_house_tables(log);
  if (!tables) {
    found.of_suppressions.push_back({0, notice_of(tables.error())});
    return found;
  }
  found.last_number = tables->last_number();
  found.past_tokens = tables->past_tokens();
  found.of_tokens = tables->check_tokens(tokens);
  for (const auto& one : tokens) {
    const auto known = tables->tokens().find(to_hex(one.hash));
    if (known == tables->tokens().end() || !is_as_logged(known->second, one.info))
      found.foreign_tokens.push_back(one.hash);
  }
  if (tables->key_hash() != hide.key_hash())
    found.of_suppressions.push_back({1, notice{"house_key_changed"}});
  auto of_suppressions = tables->check_suppressions(suppressions, hide, now);
  if (!of_suppressions)
    return std::unexpected(of_suppressions.error());
  std::ranges::move(*of_suppressions, std::back_inserter(found.of_suppressions));
  return found;
}

error distrust_of(const table_fault& first) {
  return make_error(error_code::corrupt, notice{"tables_changed", {}, {first.what}});
}

} // namespace sluice
