#pragma once
// Whom an entry of the suppression list names: one address, everybody at a domain, or everybody below one.

#include "messages/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// What the name of a list may have.
inline constexpr std::size_t list_name_bytes_max = 200;

/// Reads an address; `@example.com` or `*@example.com`, everybody at exactly that domain; or `@*.example.com` or
/// `*@*.example.com`, everybody at a domain below it, however deep, but not at itself. Gives its one form: the address
/// as `folded` has it, `@example.com` or `@*.example.com`, domains with A-labels in lower case.
result<std::string> parse_suppressed_target(std::string_view text);

/// Of such a form: whether it names a domain.
bool names_domain(std::string_view target);

/// The forms of all entries that cover an address (folded), from the narrowest: its own, its domain's, those of the
/// domains above.
std::vector<std::string> targets_covering(std::string_view folded_address);

} // namespace sluice
