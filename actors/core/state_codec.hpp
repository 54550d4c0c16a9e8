#pragma once
// A campaign's state as a snapshot keeps it: CBOR (RFC 8949) of one map with a format number. It is only a
// cache, so another format is not upcast but passed over.

#include "actors/core/campaign_state.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

std::string encode_state(const campaign_state& state);

/// Nothing when the text is of another format or damaged.
std::optional<campaign_state> decode_state(std::string_view text);

} // namespace sluice
