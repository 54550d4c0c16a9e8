#include "persistence/postgres/schema.hpp"

#include "persistence/store_copy.hpp"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::chrono::seconds schema_within{20};

/// Only portable SQL in the way of an append; what is PostgreSQL's own stands in this file.
constexpr std::string_view session = R"(
SET search_path TO sluice;
SET plan_cache_mode TO force_generic_plan;
SET statement_timeout TO 0;
SET lock_timeout TO '3s';
SET idle_in_transaction_session_timeout TO '5s';
)";

constexpr std::string_view tables = R"(
CREATE TABLE cluster (
  id uuid PRIMARY KEY, format int8 NOT NULL, generation int8 NOT NULL, secret bytea NOT NULL);
CREATE TABLE nodes (
  node int8 PRIMARY KEY, incarnation int8 NOT NULL, name text NOT NULL UNIQUE, address text NOT NULL,
  state text NOT NULL, beat int8 NOT NULL, format int8 NOT NULL, settled int8 NOT NULL DEFAULT 0,
  given int8 NOT NULL DEFAULT 0, changes bytea NOT NULL DEFAULT '')
  WITH (fillfactor = 50);
CREATE TABLE campaigns (
  campaign int8 PRIMARY KEY, last_number int8 NOT NULL, last_hash bytea NOT NULL,
  owner int8 NOT NULL, incarnation int8 NOT NULL, term int8 NOT NULL, is_moving boolean NOT NULL DEFAULT false)
  WITH (fillfactor = 50);
CREATE INDEX campaigns_owner ON campaigns (owner);
CREATE TABLE events (
  campaign int8 NOT NULL, number int8 NOT NULL, record bytea NOT NULL, PRIMARY KEY (campaign, number));
CREATE TABLE removed (campaign int8 PRIMARY KEY, at int8 NOT NULL, over_since int8 NOT NULL, audience int8 NOT NULL);
CREATE TABLE keys (key bytea PRIMARY KEY, value bytea NOT NULL, given int8 NOT NULL);
CREATE INDEX keys_given ON keys (given);
CREATE TABLE counters (name text PRIMARY KEY, value int8 NOT NULL);
INSERT INTO counters VALUES ('campaign', 0), ('audience', 0), ('node', 0), ('upload', 0), ('settled', 0);
CREATE TABLE snapshots (campaign int8 PRIMARY KEY, number int8 NOT NULL, hash bytea NOT NULL, state bytea NOT NULL);
CREATE TABLE notes (name bytea PRIMARY KEY, content bytea NOT NULL);
CREATE TABLE tokens (hash bytea PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE token_names (name bytea PRIMARY KEY, id text NOT NULL);
CREATE TABLE suppressions (
  list bytea NOT NULL, target bytea NOT NULL, since int8 NOT NULL, until int8,
  reason bytea NOT NULL, PRIMARY KEY (list, target));
CREATE INDEX suppressions_until ON suppressions (until) WHERE until IS NOT NULL;
CREATE TABLE audiences (
  audience int8 PRIMARY KEY, info bytea, import bytea, left_out bytea, deletion bytea,
  version int8 NOT NULL DEFAULT 0, importer int8, begun int8 NOT NULL, is_garbage boolean NOT NULL DEFAULT false);
CREATE INDEX audiences_unfinished ON audiences (audience) WHERE importer IS NOT NULL OR is_garbage;
CREATE TABLE audience_blocks (
  audience int8 NOT NULL, first int8 NOT NULL, content bytea NOT NULL, PRIMARY KEY (audience, first));
CREATE TABLE audience_hashes (
  audience int8 NOT NULL, level int8 NOT NULL, place int8 NOT NULL, hashes bytea NOT NULL,
  PRIMARY KEY (audience, level, place));
CREATE TABLE audience_addresses (
  audience int8 NOT NULL, first bytea NOT NULL, content bytea NOT NULL, PRIMARY KEY (audience, first));
CREATE TABLE partials (
  name bytea NOT NULL, version int8 NOT NULL, value bytea NOT NULL, PRIMARY KEY (name, version));
CREATE TABLE attachments (hash bytea PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE attachment_pieces (
  upload int8 NOT NULL, piece int8 NOT NULL, content bytea NOT NULL, PRIMARY KEY (upload, piece));
CREATE TABLE uploads (upload int8 PRIMARY KEY, importer int8 NOT NULL, begun int8 NOT NULL);
ALTER TABLE audience_blocks ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE audience_hashes ALTER COLUMN hashes SET STORAGE EXTERNAL;
ALTER TABLE attachment_pieces ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE TABLE pace (name text PRIMARY KEY, value bytea NOT NULL);
CREATE TABLE commands (
  id uuid PRIMARY KEY, campaign int8 NOT NULL, asked bytea NOT NULL, answer bytea, at int8 NOT NULL);
INSERT INTO campaigns VALUES (0, 0, decode(repeat('00', 32), 'hex'), 0, 0, 0, false);
)";

std::unexpected<error> not_durable(std::string_view setting, std::string_view is, std::string_view wanted) {
  return failure(
      error_code::invalid_input,
      fmt::format("this database could lose what it acknowledged: its setting {} is \"{}\"; set it to {} "
                  "(postgresql.conf), and start again",
                  setting, is, wanted));
}

} // namespace

pg_result_of<void> begin_session(pg_connection& with) {
  auto begun = with.run_script(std::string(session), schema_within);
  if (!begun)
    return std::unexpected(begun.error());
  // remote_apply promises more; anything else is less than what the engine tells its users.
  begun = with.run("SELECT set_config('synchronous_commit', 'on', false) "
                   "WHERE current_setting('synchronous_commit') <> 'remote_apply'",
                   {}, schema_within);
  return begun ? pg_result_of<void>{} : std::unexpected(begun.error());
}

result<void> check_promises(pg_connection& with, bool accept_single) {
  const auto said = with.run("SELECT current_setting('fsync'), current_setting('full_page_writes'), "
                             "current_setting('synchronous_standby_names'), pg_is_in_recovery()",
                             {}, schema_within);
  if (!said)
    return std::unexpected(error_of(said.error(), "cannot ask the database for its settings"));
  if (said->boolean(0, 3))
    return failure(
        error_code::invalid_input,
        "this database is a standby, which takes no writes; name the primary, or all of its hosts");
  if (said->bytes(0, 0) != "on")
    return not_durable("fsync", said->bytes(0, 0), "on");
  if (said->bytes(0, 1) != "on")
    return not_durable("full_page_writes", said->bytes(0, 1), "on");
  if (said->bytes(0, 2).empty() && !accept_single)
    return failure(
        error_code::invalid_input,
        "this database has no synchronous standby (synchronous_standby_names is empty): what it acknowledged "
        "is lost with its disk. Give it one, or say that this is wanted: store.accept_single = true");
  return {};
}

result<void> make_tables(pg_connection& with, const std::string& secret, std::int64_t format) {
  constexpr std::string_view doing = "cannot make the store's tables";
  const auto run = [&](const std::string& statement, const pg_parameters& of = {}) -> pg_result_of<pg_rows> {
    return with.run(statement, of, schema_within);
  };
  const auto make = [&]() -> pg_result_of<void> {
    // Two engines may start at the same moment: the second waits, and finds them made.
    if (auto locked = run("SELECT pg_advisory_xact_lock(7310865893116142)"); !locked)
      return std::unexpected(locked.error());
    const auto there = run("SELECT to_regclass('sluice.cluster') IS NOT NULL");
    if (!there)
      return std::unexpected(there.error());
    if (there->boolean(0, 0))
      return {};
    if (auto made = with.run_script("CREATE SCHEMA IF NOT EXISTS sluice; SET search_path TO sluice;" +
                                        std::string(tables),
                                    schema_within);
        !made)
      return std::unexpected(made.error());
    pg_parameters of;
    of.add(format).add_bytes(secret);
    if (auto told = run("INSERT INTO cluster VALUES (gen_random_uuid(), $1, 1, $2)", of); !told)
      return std::unexpected(told.error());
    return {};
  };
  if (auto begun = with.run_script("BEGIN", schema_within); !begun)
    return std::unexpected(error_of(begun.error(), doing));
  const auto made = make();
  const auto ended = with.run_script(made ? "COMMIT" : "ROLLBACK", schema_within);
  if (!made)
    return std::unexpected(error_of(made.error(), doing));
  return ended ? result<void>{} : std::unexpected(error_of(ended.error(), doing));
}

result<postgres_cluster> read_cluster(pg_connection& with, const std::string& copied_secret) {
  const auto there = with.run("SELECT to_regclass('sluice.cluster') IS NOT NULL", {}, schema_within);
  if (!there)
    return std::unexpected(error_of(there.error(), "cannot look for the store's tables"));
  if (!there->boolean(0, 0))
    return failure(error_code::not_found,
                   "there is no store in this database yet; an engine that is started with it makes one");
  const auto rows = with.run("SELECT id::text, format, generation, secret FROM cluster", {}, schema_within);
  if (!rows)
    return std::unexpected(error_of(rows.error(), "cannot read what store this is"));
  if (rows->size() != 1)
    return failure(error_code::corrupt,
                   "the table sluice.cluster must have one row; bring the database back from a copy");
  postgres_cluster found{std::string(rows->bytes(0, 0)), rows->number(0, 1), rows->number(0, 2),
                         std::string(rows->bytes(0, 3))};
  if (!copied_secret.empty()) {
    if (found.format != copying_format)
      return failure(error_code::conflict,
                     "there is a store in this database already; a copy goes into an empty one");
    if (found.secret != copied_secret)
      return failure(error_code::conflict,
                     "a copy of another store was begun in this database; name an empty one");
    return found;
  }
  if (found.format == copying_format)
    return failure(error_code::unavailable, copy_incomplete_words("this database"));
  if (found.format > postgres_format)
    return failure(
        error_code::corrupt,
        fmt::format(
            "the store is of format {}, which a newer engine made; this one knows {}: start the newer "
            "engine",
            found.format, postgres_format));
  return found;
}

} // namespace sluice
