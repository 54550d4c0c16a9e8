#pragma once
// When a store is opened for writing, its tables are held against the house's log: somebody may have been at them.

#include "persistence/hidden_address.hpp"
#include "persistence/journal.hpp"
#include "persistence/suppressions.hpp"
#include "persistence/table_fault.hpp"
#include "persistence/tokens.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sluice {

struct house_check {
  std::vector<table_fault> of_tokens;
  std::vector<sha256_hash>
      foreign_tokens; ///< that the log does not have as they are stored: not to be honoured
  /// Everybody whom the log names: id and name.
  std::vector<std::pair<std::string, std::string>> past_tokens;
  /// Of the suppressions, or of the log itself; where there are any, nobody can say who is to get no letter.
  std::vector<table_fault> of_suppressions;
  event_number last_number = 0; ///< as far as the log was read
};

/// Fails where a table cannot be read; a log that cannot be is a fault. `now`: entries that have ended by then may be gone.
result<house_check> check_house(const journal& log,
                                const std::vector<stored_token>& tokens,
                                const suppression_list& suppressions,
                                const address_hider& hide,
                                timestamp now);

/// What is answered in place of suppressions that cannot be trusted.
error distrust_of(const table_fault& first);

} // namespace sluice
