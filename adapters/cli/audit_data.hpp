#pragma once
// Where the audit's commands read: the engine, or with --data (or SLUICE_DATA) the store itself, in a folder or a
// database.

#include "adapters/cli/session.hpp"
#include "persistence/stores/open_store.hpp"

namespace sluice::cli {

/// The store of --data or SLUICE_DATA, read-only; nothing where neither was said and the engine is asked.
inline outcome<std::unique_ptr<store>> open_audit_data(session& with) {
  const auto said = with.store_said();
  if (said.empty())
    return std::unique_ptr<store>{};
  auto opened = open_store(said, open_mode::read_only);
  if (!opened)
    return refusal(opened.error());
  return std::move(*opened);
}

/// The log that was named: a campaign's, or the house's; nothing where none was.
outcome<std::optional<campaign_id>> log_of(const std::string& said);

} // namespace sluice::cli
