#pragma once
// The house's log read as one who trusts nobody, and the tables held against it: tokens, suppressions, audiences with every
// row. What a log of campaigns is held against is audit.hpp's.

#include "actors/audit/audit.hpp"
#include "persistence/house_tables.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sluice {

struct sealed_head;

/// Checks all of it into `report`. `sealed`: where a seal says that the log ended at least; nothing without one.
void audit_house(const store& from, const sealed_head* sealed, timestamp now, audit_report& report);

/// What the tables were after event `number` (0: the last), as JSON:
///
///   { "number", "at", "tokens": [{"id", "name", "role"} …], "audiences": [{"id", "name", "size", "hash", "deleted"} …],
///     "campaigns_removed": how many, "suppressions": how many }
///
/// `not_found` where there is no such event.
result<nlohmann::json> replay_house(const store& from, event_number number);

/// An event of the house's log as its readers show it: its own JSON with `number`, `at` (RFC 3339), `previous`, `hash`, and what
/// it says as `text` and `notice`.
nlohmann::json to_json(const stored_house_event& entry);

/// A log's name outside: "c1", "house".
std::string log_name(campaign_id log);
/// Reads what log_name wrote.
std::optional<campaign_id> parse_log_name(std::string_view text);

} // namespace sluice
