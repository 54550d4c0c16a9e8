#pragma once
// The automatic checks: what sends a campaign to a moderator. Each can be switched off and has its threshold in
// the configuration.

#include "messages/audience.hpp"
#include "messages/campaign.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

struct moderation_settings {
  std::uint32_t first_campaigns = 3;      ///< of a sender domain; 0: off
  double role_addresses_percent_max = 10; ///< 100: off
  bool requires_unsubscribe = true;
  double audience_growth_max = 3;               ///< times the sender's largest so far; 0: off
  std::vector<std::string> suspicious_patterns; ///< see moderation_patterns.hpp; without regard to case
  std::vector<std::string> free_mail_domains;   ///< as sender: refused at create; default_free_mail_domains
};

/// gmail.com, mail.ru, yandex.ru …
std::vector<std::string> default_free_mail_domains();

/// What the sender domain has sent before this campaign.
struct sender_history {
  std::uint32_t campaigns = 0;       ///< that passed (were scheduled)
  letter_index largest_audience = 0; ///< among them
};

/// Why a person must look at it; empty: nobody need.
std::vector<notice> moderation_reasons(const campaign_spec& spec,
                                       const audience_info& audience,
                                       const sender_history& history,
                                       const moderation_settings& settings);

/// Success when all suspicious_patterns can be used; else `invalid_input` with the pattern and
/// what is wrong. For the start of the engine: a pattern that slips through is a reason for moderation later.
result<void> check_patterns(const moderation_settings& settings);

} // namespace sluice
