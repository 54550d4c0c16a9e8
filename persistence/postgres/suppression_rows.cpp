#include "persistence/postgres/suppression_rows.hpp"

#include "persistence/postgres/database.hpp"

#include <limits>

namespace sluice {

namespace {

/// Stands for no end where numbers travel in an array, which has no place for nothing.
constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();

std::int64_t in_milliseconds(timestamp at) {
  return at.time_since_epoch().count();
}

} // namespace

suppression suppression_of(const pg_rows& rows, std::size_t row) {
  suppression entry{.email = std::string(rows.bytes(row, 1)),
                    .reason = std::string(rows.bytes(row, 4)),
                    .since = timestamp(milliseconds(rows.number(row, 2))),
                    .list = std::string(rows.bytes(row, 0))};
  if (!rows.is_null(row, 3))
    entry.until = timestamp(milliseconds(rows.number(row, 3)));
  return entry;
}

pg_result_of<void> put_suppressions(pg_connection& to, std::span<const suppression> entries) {
  if (entries.empty())
    return {};
  std::vector<std::string_view> lists;
  std::vector<std::string_view> targets;
  std::vector<std::int64_t> sinces;
  std::vector<std::int64_t> untils;
  std::vector<std::string_view> reasons;
  for (const auto& entry : entries) {
    lists.emplace_back(entry.list);
    targets.emplace_back(entry.email);
    sinces.push_back(in_milliseconds(entry.since));
    untils.push_back(entry.until ? in_milliseconds(*entry.until) : endless);
    reasons.emplace_back(entry.reason);
  }
  pg_parameters of;
  of.add_all_bytes(lists).add_all_bytes(targets).add_all(sinces).add_all(untils).add_all_bytes(reasons).add(
      endless);
  const auto put = to.run("INSERT INTO suppressions (list, target, since, until, reason) "
                          "SELECT w.list, w.target, w.since, NULLIF(w.until, $6), w.reason "
                          "FROM unnest($1::bytea[], $2::bytea[], $3::int8[], $4::int8[], $5::bytea[]) AS "
                          "w(list, target, since, until, reason) "
                          "ON CONFLICT (list, target) DO UPDATE SET since = excluded.since, until = "
                          "excluded.until, reason = excluded.reason",
                          of, postgres_database::answer_within);
  return put ? pg_result_of<void>{} : std::unexpected(put.error());
}

} // namespace sluice
