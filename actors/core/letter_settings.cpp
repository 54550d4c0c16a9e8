#include "actors/core/letter_settings.hpp"

#include "messages/address.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// In the order of names, as a campaign has them.
void add_header(std::vector<header_field>& to, const char* name, const std::string& value) {
  const auto is_there =
      std::ranges::any_of(to, [&](const header_field& one) { return folded(one.name) == folded(name); });
  if (value.empty() || is_there)
    return;
  to.push_back({name, value});
  std::ranges::sort(to, {}, &header_field::name);
}

} // namespace

void apply_defaults(campaign_spec& spec, const letter_settings& settings) {
  if (spec.envelope_sender.empty())
    spec.envelope_sender = settings.envelope_sender;
  add_header(spec.headers, "Precedence", settings.precedence);
  add_header(spec.headers, "Auto-Submitted", settings.auto_submitted);
}

} // namespace sluice
