#pragma once
// Looks for the moderators' patterns where a recipient would read them: in the letters of some rows, as they come out, and
// in every distinct value of the columns that the campaign's templates use. Reads the whole audience, so it runs on the
// store's threads; without patterns it reads nothing.

#include "messages/campaign.hpp"
#include "messages/notice.hpp"
#include "persistence/store.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace sluice {

/// What is looked at of the columns at most. Of distinct values their hashes are kept, eight bytes each. An audience
/// with more goes to a moderator, who is told that not all of it was looked at (`too_many_values_to_check`).
struct value_bounds {
  std::size_t values_max = 2'000'000;
  std::size_t bytes_max = std::size_t{256} << 20U;
};

/// Each finding once: `suspicious_pattern` with the field and the letter's index, `suspicious_url`, or
/// `suspicious_value` with the column; `pattern_not_looked_for`, `too_many_values_to_check`. Fails where rows cannot be read.
/// `progress` is told how many rows have been read.
result<std::vector<notice>> pattern_reasons(const store& from,
                                            const campaign_spec& spec,
                                            const audience_info& audience,
                                            const std::vector<std::string>& patterns,
                                            const value_bounds& bounds = {},
                                            const std::function<void(letter_index)>& progress = {});

/// The same of one letter alone, as it comes out for a row, and of that row's values.
std::vector<notice> pattern_reasons_of_letter(const campaign_spec& spec,
                                              const audience_info& audience,
                                              letter_index index,
                                              const recipient& row,
                                              const std::vector<std::string>& patterns);

} // namespace sluice
