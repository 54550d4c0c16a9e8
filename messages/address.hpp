#pragma once
// Mail addresses: RFC 5321 addr-specs for the envelope, RFC 5322 mailboxes for the header. International
// ones (RFC 6531) and quoted local parts are taken; comments, source routes and address literals are not.
//
// An international domain is kept as it was written (U-labels are for people), leaves with A-labels (RFC 5890), which
// every server takes, and is compared with A-labels. So only a local part beyond ASCII needs SMTPUTF8.

#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// An RFC 5322 mailbox, taken apart.
struct mailbox {
  std::string display_name; ///< UTF-8, unquoted; may be empty
  std::string address;      ///< addr-spec, domain in lower case
  bool operator==(const mailbox&) const = default;
};

/// Which local parts are taken.
enum class local_parts : std::uint8_t {
  standard, ///< RFC 5321's dot-atoms and quoted strings
  odd,      ///< also dots at an end or side by side, which some providers gave out
};

/// Checks an addr-spec (64 octets before the @, 254 in all, a domain of at least two labels that IDNA2008 allows, valid
/// UTF-8, no control characters) and returns it with its domain in lower case (ASCII). The error says what is wrong.
/// A quoted local part is printable ASCII and needs its quotes: "ada"@example.org is ada@example.org.
result<std::string> parse_address(std::string_view text, local_parts taken = local_parts::standard);

/// Reads `Shop <news@shop.example>`, `"Shop, Inc." <…>` or a bare address. Line breaks are refused.
result<mailbox> parse_mailbox(std::string_view text);

/// The part behind the @.
std::string_view domain_of(std::string_view address);

/// The domain with A-labels, in lower case (IDNA2008, mapped by UTS 46): how domains are sent and compared. One that is no
/// valid international domain stays as it is, but for ASCII's capitals.
std::string ascii_domain(std::string_view domain);

/// The domain with U-labels; as it is where it has none.
std::string unicode_domain(std::string_view domain);

/// The address with its domain as ascii_domain has it: how it stands in envelopes and headers.
std::string wire_address(std::string_view address);

/// The whole address in lower case (ASCII), the domain with A-labels: how addresses are compared.
std::string folded(std::string_view address);

/// How else a store of before may have folded the address: its domain with U-labels, as written and as IDNA maps it.
/// Empty for an address whose domain is not international.
std::vector<std::string> folded_before(std::string_view address);

/// info@, sales@, support@ and the like (RFC 2142 and custom).
bool is_role_address(std::string_view address);

/// True when it cannot be sent without SMTPUTF8 (RFC 6531).
bool needs_smtputf8(std::string_view address);

} // namespace sluice
