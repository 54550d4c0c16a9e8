#pragma once
// The parameters of MAIL and RCPT by which a notification that comes back finds its letter (RFC 3461, RFC 6533).

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

/// Octets of a value as it is sent (RFC 3461 sections 4.2 and 4.4): a server may refuse the line where it is longer.
inline constexpr std::size_t envid_bytes_max = 100;
inline constexpr std::size_t orcpt_bytes_max = 500;

/// Appends " ENVID=…" (RFC 3461 section 4.4). Nothing where the id is empty, or too long.
void append_envid(std::string& to, std::string_view id);

/// Appends " ORCPT=…" (RFC 3461 section 4.2). An address beyond ASCII has its type of RFC 6533 in the form that needs
/// SMTPUTF8: without `may_utf8` nothing is appended for it; likewise where the value would be too long.
void append_orcpt(std::string& to, std::string_view address, bool may_utf8);

} // namespace sluice
