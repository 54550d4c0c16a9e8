#pragma once
// Mail addresses: RFC 5321 addr-specs for the envelope, RFC 5322 mailboxes for the header. International
// ones (RFC 6531) are taken; quoted local parts, comments, source routes and address literals are not.

#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace sluice {

/// An RFC 5322 mailbox, taken apart.
struct mailbox {
  std::string display_name; ///< UTF-8, unquoted; may be empty
  std::string address;      ///< addr-spec, domain in lower case
  bool operator==(const mailbox&) const = default;
};

/// Checks an addr-spec (64 octets before the @, 254 in all, a domain of at least two labels, valid
/// UTF-8, no control characters) and returns it with its domain in lower case. The error says what is wrong.
result<std::string> parse_address(std::string_view text);

/// Reads `Shop <news@shop.example>`, `"Shop, Inc." <…>` or a bare address. Line breaks are refused.
result<mailbox> parse_mailbox(std::string_view text);

/// The part behind the @.
std::string_view domain_of(std::string_view address);

/// The whole address in lower case (ASCII): how addresses are compared.
std::string folded(std::string_view address);

/// info@, sales@, support@ and the like (RFC 2142 and custom).
bool is_role_address(std::string_view address);

/// True when it cannot be sent without SMTPUTF8 (RFC 6531).
bool needs_smtputf8(std::string_view address);

} // namespace sluice
