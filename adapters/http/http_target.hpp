#pragma once
// A request's target (RFC 9112 section 3.2) taken apart into path and query.

#include "adapters/http/message.hpp"

#include <string_view>

namespace sluice {

/// Fills in path and query, decoded; a parameter without a value has an empty one. `not_found` when the target is not
/// in origin form, `invalid_input` for an empty segment: "/v1/campaigns/c1/cancel/" is not the path without the slash.
result<void> parse_target(std::string_view target, http_request& request);

} // namespace sluice
