#pragma once
// What new campaigns get where they do not say it themselves. It is put into the draft, so that a change of the settings
// changes no campaign that is there.

#include "messages/campaign.hpp"

#include <string>

namespace sluice {

struct letter_settings {
  std::string envelope_sender; ///< see messages/envelope_sender.hpp; empty: the address in From
  std::string
      precedence; ///< of the field Precedence: "bulk" keeps most auto-responders quiet; empty: no field
  std::string auto_submitted; ///< of Auto-Submitted (RFC 3834): "auto-generated"; empty: no field
};

/// Fills in what a new campaign leaves open.
void apply_defaults(campaign_spec& spec, const letter_settings& settings);

} // namespace sluice
