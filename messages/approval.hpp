#pragma once
// Who has to approve a campaign, and who did.

#include "messages/time.hpp"

#include <cstdint>
#include <string>

namespace sluice {

/// As fixed by `start`: a setting that changes later changes nothing for a campaign that was started.
struct approval_rules {
  bool two_people = false;  ///< neither its author nor who edited it last may approve it
  std::uint32_t needed = 1; ///< approvals, each by another person
  milliseconds expires{0};  ///< so old an approval is no more when sending begins; 0: it does not expire
  std::string author;       ///< who made the draft
  std::string last_editor;  ///< who changed it last; empty: nobody did
  bool operator==(const approval_rules&) const = default;
};

/// One person's.
struct approval {
  std::string by;
  timestamp at;
  std::string words;
  std::string content_hash; ///< of what they saw
  bool operator==(const approval&) const = default;
};

/// Whether the rules keep this person from approving.
inline bool is_barred(const approval_rules& rules, const std::string& who) {
  return rules.two_people && !who.empty() && (who == rules.author || who == rules.last_editor);
}

} // namespace sluice
