#pragma once
// What a token that is limited to sender domains or tags may see and do. A campaign outside of its scope is one that there is
// not; what tells of all campaigns at once, or of the house, is not for it. Audiences, suppressions, partials and attachments
// belong to no campaign: they are not limited.

#include "adapters/http/routes.hpp"

#include <string>

namespace sluice {

/// Whether a campaign is within it: by the domain in `from`, and by tags.
bool is_in_scope(const token_scope& scope, const campaign_spec& spec);

/// What a route is about.
enum class reach : std::uint8_t {
  campaign, ///< the one that its path names
  filtered, ///< campaigns: its handler leaves out those that are not within the scope, and refuses to make such
  parameter, ///< the campaign of its parameter `campaign`; without one, all
  shared,    ///< nothing that belongs to a campaign
  engine,    ///< all campaigns, or who may do what: never for a limited token
};

/// What is not in the table is `engine`.
reach reach_of(const route& entry);

/// Nothing where the token may ask this; `not_found` as of a campaign that there is not, or `not_permitted`. Looks a campaign up.
std::optional<error> check_scope(node& engine, const route& entry, const http_request& request);

/// Refuses a campaign that is to be made or changed to this, where that is not within the scope.
result<void> check_within(const token_info& who, const campaign_spec& spec);

/// "domain shop.example, tag spring".
std::string words_of(const token_scope& scope);

} // namespace sluice
