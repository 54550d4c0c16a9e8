#include "actors/campaign_check.hpp"

#include "actors/core/field_check.hpp"

#include "actors/letters/letter_composer.hpp"

namespace sluice {

result<void> check_campaign(const campaign_spec& spec, const moderation_settings& settings) {
  if (auto checked = check_fields(spec, settings); !checked)
    return checked;
  return check_templates(spec);
}

} // namespace sluice
