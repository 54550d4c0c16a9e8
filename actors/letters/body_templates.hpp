#pragma once
// A campaign's bodies as templates: partials put in, and a text made of the HTML where none is given.

#include "actors/letters/letter_template.hpp"
#include "messages/campaign.hpp"

#include <optional>
#include <span>
#include <string>

namespace sluice {

struct body_templates {
  std::optional<letter_template> text;
  std::optional<letter_template> html;
  bool lacks_text = false; ///< one should have been made of the HTML, and could not be
};

/// `template_failed` when one cannot be parsed. `columns`: what tags may name.
result<body_templates> parse_body_templates(const campaign_spec& spec, std::span<const std::string> columns);

/// The text that is made of a campaign's HTML; empty where there is a text, or none can be made. `template_failed`.
result<std::string> made_text(const campaign_spec& spec);

} // namespace sluice
