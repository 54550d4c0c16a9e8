#pragma once
// The tables of a shared store, in a schema of their own ("sluice"), and what a database must promise before it is
// trusted with logs.

#include "messages/error.hpp"
#include "persistence/postgres/connection.hpp"

#include <cstdint>
#include <string>

namespace sluice {

/// The tables' format. Later ones only add to it.
inline constexpr std::int64_t postgres_format = 1;

/// What the database says of itself.
struct postgres_cluster {
  std::string id; ///< a UUID, made with the tables
  std::int64_t format = 0;
  std::int64_t generation = 0; ///< counted up when somebody accepted a loss
  std::string secret;          ///< the store's, see store::secret
};

/// Sets the session up: schema, durability, deadlines of the server's own.
pg_result_of<void> begin_session(pg_connection& with);

/// Whether the database would keep what it acknowledges: fsync, full_page_writes, synchronous_commit and, unless
/// `accept_single`, a synchronous standby. `invalid_input` that says which setting is to be changed.
result<void> check_promises(pg_connection& with, bool accept_single);

/// Makes the tables where there are none. Several may do it at once. `secret`: 32 random bytes, for a new store, of that format.
result<void>
make_tables(pg_connection& with, const std::string& secret, std::int64_t format = postgres_format);

/// `not_found` where there are no tables, `corrupt` where a newer engine made them, `unavailable` where a copy into them is not
/// complete. With `copied_secret`, of the store that is copied into this one, `conflict` where they are no such copy's.
result<postgres_cluster> read_cluster(pg_connection& with, const std::string& copied_secret = {});

} // namespace sluice
