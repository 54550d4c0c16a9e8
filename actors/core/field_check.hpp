#pragma once
// The gate for a campaign's fields: what is wrong with them whatever the audience.

#include "actors/core/moderation.hpp"

namespace sluice {

/// What every campaign must satisfy to be kept at all, but for its templates: a name, a sender (not at a free-mail
/// domain), a subject, a text or html, sane plan. `invalid_input` that names the field.
result<void> check_fields(const campaign_spec& spec, const moderation_settings& settings);

} // namespace sluice
