#pragma once
// What would leave as things are, beside what was approved.

#include "actors/engine.hpp"
#include "messages/campaign.hpp"
#include "messages/content_parts.hpp"

namespace sluice {

/// Reads the store: for its threads. An audience that was deleted has no hash.
result<content_parts>
content_now(const engine& services, const campaign_spec& spec, const audience_ref& audience);

} // namespace sluice
