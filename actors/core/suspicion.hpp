#pragma once
// Whether the outcomes of a campaign call for a person: too many refusals among the latest, or nobody accepted at all.

#include "actors/core/campaign_state.hpp"
#include "actors/core/suspicion_settings.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace sluice {

/// With nothing accepted between them so many provisional refusals lay the hold `relay_refuses`. A campaign of so many
/// letters of which nobody was accepted is held, too, and does not end by itself.
inline constexpr letter_index refusals_in_a_row_max = 10;

/// What has become of a campaign's letters, or will have.
struct final_outcomes {
  std::size_t accepted = 0;
  std::size_t refused = 0;
  std::size_t skipped = 0;
};
final_outcomes final_outcomes_of(const campaign_state& state);

/// A campaign of some size of which nobody was accepted has a fault that somebody must look at, and so has one of any size
/// all of whose letters were skipped.
bool is_suspicious_end(const campaign_state& state, const final_outcomes& outcomes);

/// Outcomes that the state does not count yet.
struct further_verdicts {
  std::size_t fine = 0;
  std::size_t refused = 0;
  std::size_t refused_as_spam = 0;
  std::size_t failed = 0;
};

/// The final ones of these outcomes.
further_verdicts verdicts_of(const std::vector<settled_group>& groups);

/// The hold for suspicion that these outcomes call for, if they do.
std::optional<paused>
suspect(const campaign_state& state, const further_verdicts& latest, const suspicion_settings& settings);

} // namespace sluice
