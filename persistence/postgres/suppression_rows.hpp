#pragma once
// Entries of the suppression list as rows of the table `suppressions`.

#include "persistence/postgres/connection.hpp"
#include "persistence/suppressions.hpp"

#include <span>

namespace sluice {

/// The columns that suppression_of reads, in a statement's list.
inline constexpr const char* suppression_columns = "s.list, s.target, s.since, s.until, s.reason";
suppression suppression_of(const pg_rows& rows, std::size_t row);

/// Puts them in the place of what stands there: each place at most once.
pg_result_of<void> put_suppressions(pg_connection& to, std::span<const suppression> entries);

} // namespace sluice
