#include "persistence/postgres/removed_campaigns.hpp"

#include "persistence/postgres/house_log.hpp"
#include "persistence/postgres/nodes.hpp"
#include "persistence/postgres/records.hpp"
#include "persistence/postgres/refusal.hpp"

namespace sluice {

namespace {

constexpr auto removal_within = postgres_database::answer_within;

timestamp time_in(const pg_rows& rows, std::size_t row, int column) {
  return timestamp(milliseconds(rows.number(row, column)));
}

removed_campaign removed_at(const pg_rows& rows, std::size_t row) {
  return {.id = {static_cast<std::uint64_t>(rows.number(row, 0))},
          .at = time_in(rows, row, 1),
          .over_since = time_in(rows, row, 2),
          .audience = {static_cast<std::uint64_t>(rows.number(row, 3))}};
}

/// The log's end, locked; refused where it is another one, or not ours.
pg_result_of<void> lock_end(pg_connection& to,
                            campaign_id id,
                            const log_head& end,
                            postgres_nodes::identity_now us,
                            pg_refusal& refuse) {
  pg_parameters of;
  of.add(static_cast<std::int64_t>(id.value)).add(us.node).add(us.incarnation);
  const auto head =
      to.run("SELECT last_number, last_hash FROM campaigns WHERE campaign = $1 AND owner = $2 AND "
             "incarnation = $3 FOR UPDATE",
             of, removal_within);
  if (!head)
    return std::unexpected(head.error());
  const auto last = head->empty() ? event_number{0} : static_cast<event_number>(head->number(0, 0));
  if (last == 0 || last != end.number || hash_in(head->bytes(0, 1)) != end.hash)
    return refuse(make_error(
        error_code::conflict,
        notice{"log_taken_over", {{"campaign", to_string(id)}, {"last", last}, {"expected", end.number}}}));
  return {};
}

} // namespace

result<void> postgres_removed_campaigns::remove(house::campaign_removed what, const act& done) {
  if (auto writable = database_.check_writable(); !writable)
    return writable;
  const auto id = what.campaign;
  const auto end = end_of(what);
  const removed_campaign kept{id, done.at, what.over_since, what.audience};
  pg_refusal refuse;
  const auto recorded =
      house_.record({{done.at, done.by, std::move(what)}}, [&](pg_connection& to) -> pg_result_of<void> {
        if (auto locked = lock_end(to, id, end, nodes_.identity(), refuse); !locked)
          return locked;
        pg_parameters of;
        of.add(static_cast<std::int64_t>(id.value));
        for (const auto* table : {"events", "snapshots", "campaigns"})
          if (auto gone =
                  to.run(std::string("DELETE FROM ") + table + " WHERE campaign = $1", of, removal_within);
              !gone)
            return std::unexpected(gone.error());
        pg_parameters mark;
        mark.add(static_cast<std::int64_t>(id.value)).add(kept.at.time_since_epoch().count());
        mark.add(kept.over_since.time_since_epoch().count())
            .add(static_cast<std::int64_t>(kept.audience.value));
        const auto marked = to.run("INSERT INTO removed VALUES ($1, $2, $3, $4)", mark, removal_within);
        return marked ? pg_result_of<void>{} : std::unexpected(marked.error());
      });
  if (!recorded)
    return refuse.or_else(recorded.error());
  nodes_.on_appended(id); // others show it no longer
  return {};
}

result<std::optional<removed_campaign>> postgres_removed_campaigns::find(campaign_id id) const {
  pg_parameters of;
  of.add(static_cast<std::int64_t>(id.value));
  const auto rows =
      database_.run("cannot read which campaigns were removed",
                    "SELECT campaign, at, over_since, audience FROM removed WHERE campaign = $1", of);
  if (!rows)
    return std::unexpected(rows.error());
  return rows->empty() ? std::nullopt : std::optional(removed_at(*rows, 0));
}

result<void>
postgres_removed_campaigns::visit(const std::function<void(const removed_campaign&)>& visitor) const {
  const auto rows = database_.run("cannot read which campaigns were removed",
                                  "SELECT campaign, at, over_since, audience FROM removed ORDER BY campaign");
  if (!rows)
    return std::unexpected(rows.error());
  for (std::size_t row = 0; row < rows->size(); ++row)
    visitor(removed_at(*rows, row));
  return {};
}

} // namespace sluice
