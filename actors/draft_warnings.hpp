#pragma once
// What may be wrong with a draft's letters to its audience, for whoever writes it: from the templates and columns alone
// at each change, from letters that are made on trial where it is checked.

#include "actors/letters/letter_head.hpp"
#include "messages/audience.hpp"
#include "messages/campaign.hpp"
#include "persistence/store.hpp"

#include <vector>

namespace sluice {

/// A letter that could not be made.
struct letter_fault {
  letter_index index = 0;
  std::string email;
  notice why;
};

/// Tags without a column, columns that are empty in more than 1% of the rows though a template shows them, and what
/// mailboxes take badly. Of a large audience some ten thousand rows are looked at, from its whole length. Without an
/// audience (id 0): what the content alone shows. `not_found` when there is no such audience.
result<std::vector<notice>> warnings_of(const store& from, const campaign_spec& spec, audience_id audience);

/// Makes the first letter, the last and a hundred between, and says which failed. `not_found` as above.
result<std::vector<letter_fault>> sample_faults(
    const store& from, letter_origin origin, const campaign_spec& spec, audience_id audience, timestamp now);

/// `unknown_tags` with what unknown_tags of letter_check.hpp found, as causes: why `start` refuses the draft. Nothing
/// where it does not.
notice refusal_of_unknown_tags(const campaign_spec& spec, const audience_info& audience);

} // namespace sluice
