#pragma once
// Why a letter has not left yet, or what became of it, in a person's words: a pure function of what the log,
// the suppression list and the relay say.

#include "actors/audit/log_queries.hpp"
#include "actors/core/relay_wait.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// What keeps a letter, or what became of it. Codes are stable names for programs.
struct letter_reason {
  std::string_view code; ///< "accepted", "paused", "part", "deferred", "relay_away", "domain_limit" …
  std::string text;      ///< a sentence
  std::optional<timestamp> until; ///< when it ends by itself, where that is known
  sluice::notice notice;          ///< what the sentence says
};

/// What is known of a letter besides its row.
struct letter_circumstances {
  std::optional<suppression> suppressed; ///< the entry, if its recipient is suppressed by now
  std::optional<relay_wait> wait;        ///< the relay's word on its recipient's domain
  timestamp now;
};

/// Never empty; the one that decides first, then all others that hold at the same time. What became of a
/// letter comes alone. Reasons for which it will never leave come before those that pass.
std::vector<letter_reason>
why_letter(const campaign_view& campaign, const letter_row& letter, const letter_circumstances& around);

} // namespace sluice
