#pragma once
// Reading the logs as one who trusts nobody: the hash chain, the numbering, every rule that a log can show
// (see rule_auditor.hpp), what snapshots say of the logs, and what a seal says. Works on a store of either
// mode, also while an engine runs on it.
//
// A log that is not there, though a seal or a snapshot knows it, is a fault, unless the house's log says that the campaign was
// removed: then what is known is held against where the log ended, by that event.
//
// A log whose end was cut off is right in itself. What gives it away is a snapshot made behind the cut, or a
// seal (actors/seal.hpp).

#include "persistence/store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct log_seal;

/// What is wrong, and where. `number` is 0 when it is not about one event; campaign 0 is the whole store, or the house's log.
struct audit_fault {
  campaign_id campaign;
  event_number number = 0;
  std::string what;
  bool is_house = false;
  sluice::notice notice = {}; ///< the same for programs, where it is about a table
};

struct audit_report {
  std::uint64_t campaigns = 0;
  std::uint64_t events = 0; ///< of campaigns
  std::uint64_t house_events = 0;
  std::uint64_t audiences = 0; ///< that were read, row by row
  std::uint64_t rows = 0;      ///< of them
  std::vector<audit_fault>
      faults; ///< by campaign; audit_faults_max at most for each, and a word that there are more
  std::vector<audit_fault> remarks = {}; ///< what is no fault, and could not be checked; by campaign
};

inline constexpr std::size_t audit_faults_max = 100;

struct audit_request {
  std::optional<campaign_id> only; ///< one campaign's log, or the house's with the tables; default: all
  const log_seal* seal = nullptr;  ///< to hold the logs against; see verify_sealed
  unsigned threads = 0;            ///< 0: as many as there are processors
  timestamp now = {};              ///< what has ended by then may be gone from its table
};

/// Checks one campaign, or all. An error when the logs cannot even be listed, and `not_found`
/// for a campaign that has no log and never had one.
result<audit_report> verify_logs(const store& from, const audit_request& asked);

/// The same, held against a seal: its signature first (and `signer`'s, if a public key is given). A seal that is
/// not what it says is a fault of campaign 0, and nothing is held against it.
result<audit_report>
verify_sealed(const store& from, audit_request asked, const log_seal& seal, std::string_view signer);

/// {campaigns, events, audiences, rows, faults: [{campaign, number, what, notice?} …], remarks: likewise}; campaign is ""
/// where it is the whole store, "house" for the house's log and the tables.
nlohmann::json to_json(const audit_report& report);

} // namespace sluice
