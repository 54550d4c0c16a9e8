#pragma once
// A letter's Message-ID (RFC 5322 section 3.6.4): a function of campaign and recipient, so that every attempt
// has the same one.

#include "messages/id.hpp"
#include "messages/sha256.hpp"

#include <string>
#include <string_view>

namespace sluice {

/// One hash for a letter's two names: its first half goes into the Message-ID, the second into the MIME boundary.
/// `campaign_line` is campaign_line_of(campaign), which a composer keeps.
sha256_hash letter_hash(std::string_view campaign_line, std::string_view recipient_address);
std::string campaign_line_of(campaign_id campaign);

/// Appends `<c17.3f…@shop.example>`, with the brackets.
void append_message_id(std::string& to,
                       campaign_id campaign,
                       const sha256_hash& hash,
                       std::string_view from_domain);

/// `<c17.3f…@shop.example>` with the brackets: a function of campaign and recipient address (SHA-256 over
/// both), the same for every attempt; the domain is the sender's.
std::string
message_id(campaign_id campaign, std::string_view from_domain, std::string_view recipient_address);

} // namespace sluice
