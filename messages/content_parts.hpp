#pragma once
// What an approval holds for, part by part: so that what differs when letters leave can be named.

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace sluice {

/// The relays that there are: by name (that of `[relay]` is empty), each one's URL without a password.
using relay_servers = std::map<std::string, std::string, std::less<>>;

inline constexpr std::array<std::string_view, 8> content_part_names{
    "message", "headers", "attachments", "partials", "audience", "plan", "sender", "relays"};

/// Of each part, in the order of content_part_names, its SHA-256 in hexadecimal. All empty: nothing of it is known,
/// as in a log of before the third definition of the content's hash (actors/core/content_hash.hpp).
struct content_parts {
  std::array<std::string, content_part_names.size()> hashes;
  relay_servers relays; ///< in clear, beside their hash
  bool empty() const { return hashes.front().empty(); }
  bool operator==(const content_parts&) const = default;
};

} // namespace sluice
