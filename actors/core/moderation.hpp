#pragma once
// The automatic checks: what sends a campaign to a moderator. Each can be switched off and has its threshold in
// the configuration.

#include "messages/audience.hpp"
#include "messages/campaign.hpp"
#include "messages/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

/// Whether a campaign's author and its last editor may approve it.
enum class two_people : std::uint8_t {
  automatic, ///< they may not in a store that was made by a release that knows this, once two people may approve
  on,
  off,
};

struct moderation_settings {
  std::uint32_t first_campaigns = 3;      ///< of a sender domain; 0: off
  double role_addresses_percent_max = 10; ///< 100: off
  bool requires_unsubscribe = true;
  double audience_growth_max = 3;               ///< times the sender's largest so far; 0: off
  std::vector<std::string> suspicious_patterns; ///< see moderation_patterns.hpp; without regard to case
  std::vector<std::string> free_mail_domains;   ///< as sender: refused at create; default_free_mail_domains
  sluice::two_people two_people = sluice::two_people::automatic;
  std::uint32_t approvals_needed = 1;                          ///< each by another person
  milliseconds approval_expires = std::chrono::hours(24) * 30; ///< before sending begins; 0: never
};

/// gmail.com, mail.ru, yandex.ru …
std::vector<std::string> default_free_mail_domains();

/// What the sender domain has sent before this campaign.
struct sender_history {
  std::uint32_t campaigns = 0;    ///< of which letters were accepted
  letter_index most_accepted = 0; ///< letters of one of them
};

/// Why a person must look at it; empty: nobody need. Whether a pattern is in its letters says
/// actors/pattern_check.hpp.
std::vector<notice> moderation_reasons(const campaign_spec& spec,
                                       const audience_info& audience,
                                       const sender_history& history,
                                       const moderation_settings& settings);

/// Success when all suspicious_patterns can be used; else `invalid_input` with the pattern and
/// what is wrong. For the start of the engine: a pattern that slips through is a reason for moderation later.
result<void> check_patterns(const moderation_settings& settings);

} // namespace sluice
