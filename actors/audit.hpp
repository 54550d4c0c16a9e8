#pragma once
// Reading a log as one who trusts nobody: replay it, follow one recipient through it, check every rule of
// the domain and the hash chain. Works on a store of either mode, also while an engine runs on it.

#include "messages/view.hpp"
#include "persistence/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

/// What is wrong, and where. `number` is 0 when it is not about one event.
struct audit_fault {
  campaign_id campaign;
  event_number number = 0;
  std::string what;
};

struct audit_report {
  std::uint64_t campaigns = 0;
  std::uint64_t events = 0;
  std::vector<audit_fault> faults; ///< audit_faults_max at most for each campaign
};

inline constexpr std::size_t audit_faults_max = 100;

/// Checks one campaign, or all: the chain, the numbering, and the rules of the domain at every event.
result<audit_report> verify_logs(const store& from, std::optional<campaign_id> only);

/// The state after event `at` (default: the last), shown as of that event's time.
result<campaign_view> replay_log(const store& from, campaign_id campaign, std::optional<event_number> at);

/// Every event that touches one recipient's letter, and those that touch the whole campaign.
result<std::vector<stored_event>>
letter_story(const store& from, campaign_id campaign, std::string_view address);

} // namespace sluice
