#include "actors/core/suspicion.hpp"

#include "actors/core/reply_policy.hpp"
#include "messages/notice_words.hpp"

#include <algorithm>

namespace sluice {

final_outcomes final_outcomes_of(const campaign_state& state) {
  return {state.letters.count(letter_state::accepted), state.letters.count(letter_state::refused),
          state.letters.count(letter_state::skipped)};
}

bool is_suspicious_end(const campaign_state& state, const final_outcomes& outcomes) {
  if (outcomes.accepted > 0 || state.is_refusal_seen)
    return false;
  return outcomes.skipped == state.letters.size() ||
         (outcomes.refused > 0 && state.letters.size() >= refusals_in_a_row_max);
}

further_verdicts verdicts_of(const std::vector<settled_group>& groups) {
  further_verdicts all;
  for (const auto& group : groups) {
    if (group.outcome == letter_state::refused)
      (is_spam_refusal(group.answer) ? all.refused_as_spam : all.refused) += group.letters.count();
    else if (group.outcome == letter_state::accepted)
      all.fine += group.letters.count();
    else if (group.outcome == letter_state::skipped && is_failed_letter(group.answer))
      all.failed += group.letters.count();
  }
  return all;
}

std::optional<paused>
suspect(const campaign_state& state, const further_verdicts& latest, const suspicion_settings& settings) {
  if (!settings.enabled || state.hold || state.stage != stage::sending)
    return std::nullopt;
  std::size_t outcomes = 0;
  std::size_t refused = 0;
  std::size_t spam = 0;
  std::size_t failed = 0;
  const auto count = [&](verdict one, std::size_t letters) {
    letters = std::min<std::size_t>(letters, settings.window - outcomes);
    outcomes += letters;
    refused += one == verdict::refused || one == verdict::refused_as_spam ? letters : 0;
    failed += one == verdict::failed ? letters : 0;
    spam += one == verdict::refused_as_spam ? letters : 0;
  };
  count(verdict::refused_as_spam, latest.refused_as_spam);
  count(verdict::refused, latest.refused);
  count(verdict::failed, latest.failed);
  count(verdict::fine, latest.fine);
  if (refused + failed == 0)
    return std::nullopt; // only these raise suspicion, so a look back is spared for all other reports
  for (auto one = state.verdicts.rbegin(); one != state.verdicts.rend() && outcomes < settings.window; ++one)
    count(*one, 1);
  if (outcomes < settings.outcomes_min)
    return std::nullopt;
  const auto percent = [&](std::size_t part) {
    return 100.0 * static_cast<double>(part) / static_cast<double>(outcomes);
  };
  const auto held_for = [&](std::string_view code, double share, double limit) {
    notice why{code, {{"percent", share}, {"outcomes", outcomes}, {"limit", limit}}};
    auto words = words_of(why);
    return paused{hold_reason::spam_suspicion, std::move(words), std::move(why)};
  };
  if (percent(spam) > settings.spam_percent_max)
    return held_for("refused_as_spam", percent(spam), settings.spam_percent_max);
  if (percent(refused) > settings.refused_percent_max)
    return held_for("refused_too_often", percent(refused), settings.refused_percent_max);
  if (percent(failed) > settings.refused_percent_max)
    return held_for("failed_too_often", percent(failed), settings.refused_percent_max);
  return std::nullopt;
}

} // namespace sluice
