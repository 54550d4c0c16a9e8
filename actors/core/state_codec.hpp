#pragma once
// A campaign's state as a snapshot keeps it: a sequence of CBOR items (RFC 8742), written and read one after the other,
// so that the letters of a large campaign pass through no document in memory.
//
//   number   5, the format
//   number   the campaign's id
//   number   the last event's number
//   text     the message's text
//   text     the message's HTML
//   map      everything else of a bounded size, by name
//   array    the letters, first to last: state, how many in a row are in it, state, how many …
//   array    retries: index, deferrals, first deferred at, due at (milliseconds since 1970), index …
//
// It is only a cache: what is of an unknown format, or damaged, is passed over and the log is read instead. Format 3,
// one map with all of it, is still read.

#include "actors/core/campaign_state.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

std::string encode_state(const campaign_state& state);

/// Nothing when the bytes are of another format or damaged.
std::optional<campaign_state> decode_state(std::string_view bytes);

/// Only the campaign's content, without a look at its letters.
std::optional<campaign_spec> decode_content(std::string_view bytes);

} // namespace sluice
