#pragma once
// Which header fields (RFC 5322 section 3.6) are the user's to give.

#include <string_view>

namespace sluice {

/// Whether Sluice writes that field itself, or nobody may (RFC 5322, MIME, RFC 8058): in any case.
bool is_own_header(std::string_view name);

} // namespace sluice
