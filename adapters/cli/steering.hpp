#pragma once
// The commands that change a campaign, as functions that `send` uses too.

#include "adapters/cli/session.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sluice::cli {

struct steering_words {
  std::string reason;
  std::string key; ///< idempotency key
};

/// Makes a draft from a campaign file's content; the answer is the campaign.
outcome<nlohmann::json>
create_draft(session& with, nlohmann::json campaign, const std::string& audience, const std::string& key);

/// What the engine warns of in a draft that it answered with, to the standard error.
void tell_warnings(session& with, const nlohmann::json& draft);

/// `kind` is the command's name: "start", "pause" … The answer is {status, changed, version, in_flight}.
outcome<nlohmann::json>
steer(session& with, campaign_id campaign, const std::string& kind, const steering_words& words);

} // namespace sluice::cli
