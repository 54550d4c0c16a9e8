#pragma once
// A letter's Message-ID (RFC 5322 section 3.6.4): `<c17.3f…@shop.example>`, a function of campaign and recipient
// address (SHA-256 over both), so that every attempt has the same one. The domain is the sender's.

#include "messages/id.hpp"

#include <string>
#include <string_view>

namespace sluice {

/// The Message-IDs of one campaign's letters.
class message_ids {
public:
  message_ids(campaign_id campaign, std::string_view from_domain);

  /// Appends a letter's, with the brackets.
  void append(std::string& to, std::string_view recipient_address) const;

private:
  std::string hashed_before_;
  std::string begin_;
  std::string end_;
};

/// One letter's, with the brackets.
std::string
message_id(campaign_id campaign, std::string_view from_domain, std::string_view recipient_address);

} // namespace sluice
