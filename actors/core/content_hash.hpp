#pragma once
// The hash of what leaves, which a log keeps from the checks and the approval on. It has a definition with a version; the
// hash of a log of before is compared by the definition that it was made by.

#include "messages/campaign.hpp"
#include "messages/content_parts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Versions 1 and 2: SHA-256, in hexadecimal, over message and audience.
std::string content_hash(const campaign_spec& spec, const audience_ref& audience);

/// What version 3 is made of: message, headers, attachments, partials, the audience's hash (its root), the plan, the
/// sender (From and envelope sender) and the relays that there are, with the one that the campaign names.
content_parts
content_parts_of(const campaign_spec& spec, std::string_view audience_hash, const relay_servers& relays);

/// Version 3: SHA-256, in hexadecimal, over the parts.
std::string content_hash(const content_parts& parts);

/// The names of the parts in which they differ.
std::vector<std::string_view> differing_parts(const content_parts& one, const content_parts& other);

} // namespace sluice
