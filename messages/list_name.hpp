#pragma once
// The name of the list that a campaign's letters belong to: recipients leave a list, and entries of the suppression
// list may count for one list only.

#include "messages/campaign.hpp"

#include <string>

namespace sluice {

/// The one place that says which list it is: the one that the campaign names, else the audience, by the name that it had
/// when the campaign was bound to it.
inline const std::string& list_name_of(const campaign_spec& spec, const audience_ref& audience) {
  return spec.list.empty() ? audience.name : spec.list;
}

} // namespace sluice
