#pragma once
// The hash of what leaves, which a log keeps from the checks and the approval on.

#include "messages/campaign.hpp"

#include <string>

namespace sluice {

/// SHA-256, in hexadecimal, over message and audience: what an approval holds for.
std::string content_hash(const campaign_spec& spec, const audience_ref& audience);

} // namespace sluice
