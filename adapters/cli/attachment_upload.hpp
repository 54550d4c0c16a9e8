#pragma once
// Files on this machine that become attachments at the engine.

#include "adapters/cli/session.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace sluice::cli {

/// Uploads a file; the engine's answer, with its `id`.
outcome<nlohmann::json> upload_attachment(session& with, const std::string& file);

/// Uploads what a campaign file names as {"file": "price.pdf"}, relative to where it lies, and puts the ids in their
/// place.
outcome<void>
upload_attachments_of(session& with, nlohmann::json& campaign, const std::string& campaign_file);

} // namespace sluice::cli
