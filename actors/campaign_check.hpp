#pragma once
// The gate that every campaign passes before it is kept, however it came in.

#include "actors/core/moderation.hpp"

namespace sluice {

/// What every campaign must satisfy to be kept at all: check_fields of core, and templates that parse.
/// `invalid_input` that names the field.
result<void> check_campaign(const campaign_spec& spec, const moderation_settings& settings);

} // namespace sluice
