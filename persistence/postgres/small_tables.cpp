#include "persistence/postgres/small_tables.hpp"

#include "persistence/postgres/records.hpp"

namespace sluice {

namespace {

constexpr auto small_tables_within = postgres_database::answer_within;

std::int64_t as_number(campaign_id campaign) {
  return static_cast<std::int64_t>(campaign.value);
}

/// The last version of a partial, deleted or not; of the rows of `name, version, value`.
pg_result_of<std::optional<stored_partial>> last_partial(pg_connection& to, std::string_view name) {
  // One change of a partial at a time, at every node.
  pg_parameters of;
  of.add_bytes(name);
  if (auto locked =
          to.run("SELECT pg_advisory_xact_lock(hashtext(encode($1, 'escape')))", of, small_tables_within);
      !locked)
    return std::unexpected(locked.error());
  const auto rows =
      to.run("SELECT version, value FROM partials WHERE name = $1 ORDER BY version DESC LIMIT 1", of,
             small_tables_within);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty())
    return std::nullopt;
  auto read = decode_partial(name, static_cast<std::uint32_t>(rows->number(0, 0)), rows->bytes(0, 1));
  if (!read)
    return std::unexpected(pg_failure{pg_failure::kind::refused, {}, read.error().message});
  return *std::move(read);
}

pg_result_of<void> put_partial(pg_connection& to, const stored_partial& one) {
  pg_parameters of;
  of.add_bytes(one.name).add(one.version).add_bytes(encode_partial(one));
  const auto put = to.run("INSERT INTO partials VALUES ($1, $2, $3)", of, small_tables_within);
  return put ? pg_result_of<void>{} : std::unexpected(put.error());
}

} // namespace

void postgres_snapshots::save(campaign_id campaign, const snapshot& value) {
  if (value.state.size() > snapshot_bytes_max || !database_.check_writable())
    return;
  pg_parameters number;
  number.add(as_number(campaign)).add(static_cast<std::int64_t>(value.number));
  const auto record = database_.run("cannot keep a snapshot",
                                    "SELECT record FROM events WHERE campaign = $1 AND number = $2", number);
  if (!record || record->empty())
    return;
  const auto hash = record_hash(campaign, value.number, record->bytes(0, 0));
  pg_parameters of;
  of.add(as_number(campaign))
      .add(static_cast<std::int64_t>(value.number))
      .add_bytes(as_text(hash))
      .add_bytes(value.state);
  // One that is lost costs time only. A later one of another owner stays.
  static_cast<void>(
      database_
          .run("cannot keep a snapshot",
               "INSERT INTO snapshots AS s VALUES ($1, $2, $3, $4) ON CONFLICT (campaign) DO UPDATE SET "
               "number = excluded.number, hash = excluded.hash, state = excluded.state "
               "WHERE s.number <= excluded.number",
               of)
          .has_value());
}

std::optional<snapshot> postgres_snapshots::load(campaign_id campaign) const {
  pg_parameters of;
  of.add(as_number(campaign));
  const auto rows =
      database_.run("cannot read a snapshot",
                    "SELECT s.number, s.hash, s.state, e.record FROM snapshots s JOIN events e ON "
                    "e.campaign = s.campaign AND e.number = s.number WHERE s.campaign = $1",
                    of);
  if (!rows || rows->empty())
    return std::nullopt;
  const auto number = static_cast<event_number>(rows->number(0, 0));
  if (hash_in(rows->bytes(0, 1)) != record_hash(campaign, number, rows->bytes(0, 3)))
    return std::nullopt;
  return snapshot{number, std::string(rows->bytes(0, 2))};
}

result<std::vector<snapshot_mark>> postgres_snapshots::marks() const {
  const auto rows = database_.run("cannot read the snapshots",
                                  "SELECT campaign, number, hash FROM snapshots ORDER BY campaign");
  if (!rows)
    return std::unexpected(rows.error());
  std::vector<snapshot_mark> all;
  for (std::size_t row = 0; row < rows->size(); ++row)
    all.push_back({{static_cast<std::uint64_t>(rows->number(row, 0))},
                   static_cast<event_number>(rows->number(row, 1)),
                   hash_in(rows->bytes(row, 2))});
  return all;
}

result<void> postgres_notes::save(std::string_view name, std::string_view text) {
  if (auto fits = check_note(text); !fits)
    return fits;
  if (auto writable = database_.check_writable(); !writable)
    return writable;
  pg_parameters of;
  of.add_bytes(name).add_bytes(text);
  const auto kept = database_.run(
      "cannot keep a note",
      text.empty()
          ? "WITH n AS (SELECT $2::bytea) DELETE FROM notes WHERE name = $1"
          : "INSERT INTO notes VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET content = excluded.content",
      of);
  return kept ? result<void>{} : std::unexpected(kept.error());
}

result<std::optional<std::string>> postgres_notes::load(std::string_view name) const {
  pg_parameters of;
  of.add_bytes(name);
  const auto rows = database_.run("cannot read a note", "SELECT content FROM notes WHERE name = $1", of);
  if (!rows)
    return std::unexpected(rows.error());
  return rows->empty() ? std::nullopt : std::optional(std::string(rows->bytes(0, 0)));
}

result<stored_partial>
postgres_partials::put(std::string_view name, std::string_view content, std::string_view by, timestamp now) {
  if (auto checked = check_partial_name(name); !checked)
    return std::unexpected(checked.error());
  if (auto checked = check_partial_content(content); !checked)
    return std::unexpected(checked.error());
  stored_partial made;
  const auto done = database_.transact("cannot keep a partial", [&](pg_connection& to) -> pg_result_of<void> {
    auto last = last_partial(to, name);
    if (!last)
      return std::unexpected(last.error());
    if (*last && !(*last)->is_deleted && (*last)->content == content) {
      made = **std::move(last);
      return {};
    }
    made = {.name = std::string{name},
            .version = (*last ? (*last)->version : 0U) + 1,
            .content = std::string{content},
            .changed_at = now,
            .changed_by = std::string{by}};
    return put_partial(to, made);
  });
  return done ? result<stored_partial>(std::move(made)) : std::unexpected(done.error());
}

result<void> postgres_partials::remove(std::string_view name, std::string_view by, timestamp now) {
  auto is_there = true;
  const auto done =
      database_.transact("cannot delete a partial", [&](pg_connection& to) -> pg_result_of<void> {
        const auto last = last_partial(to, name);
        if (!last)
          return std::unexpected(last.error());
        is_there = *last && !(*last)->is_deleted;
        if (!is_there)
          return {};
        return put_partial(to, {.name = std::string{name},
                                .version = (*last)->version + 1,
                                .content = {},
                                .changed_at = now,
                                .changed_by = std::string{by},
                                .is_deleted = true});
      });
  if (!done)
    return done;
  return is_there ? result<void>{} : no_such_partial(name);
}

result<stored_partial> postgres_partials::find(std::string_view name,
                                               std::optional<std::uint32_t> version) const {
  pg_parameters of;
  of.add_bytes(name).add(version.value_or(0)).add_bool(version.has_value());
  const auto rows =
      database_.run("cannot read a partial",
                    "SELECT version, value FROM partials WHERE name = $1 AND (NOT $3 OR version = $2) "
                    "ORDER BY version DESC LIMIT 1",
                    of);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty())
    return no_such_partial(name);
  auto found = decode_partial(name, static_cast<std::uint32_t>(rows->number(0, 0)), rows->bytes(0, 1));
  if (found && found->is_deleted)
    return no_such_partial(name);
  return found;
}

result<std::vector<stored_partial>> postgres_partials::list() const {
  const auto rows = database_.run(
      "cannot read the partials",
      "SELECT DISTINCT ON (name) name, version, value FROM partials ORDER BY name, version DESC");
  if (!rows)
    return std::unexpected(rows.error());
  std::vector<stored_partial> all;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    auto one = decode_partial(rows->bytes(row, 0), static_cast<std::uint32_t>(rows->number(row, 1)),
                              rows->bytes(row, 2));
    if (!one)
      return std::unexpected(one.error());
    one->content.clear();
    if (!one->is_deleted)
      all.push_back(*std::move(one));
  }
  return all;
}

} // namespace sluice
