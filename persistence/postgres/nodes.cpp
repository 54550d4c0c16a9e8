#include "persistence/postgres/nodes.hpp"

#include "persistence/big_endian.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view columns =
    "n.node, n.incarnation, n.name, n.address, n.state, n.beat, n.format, n.given, n.changes";

/// A beat comes too late to be worth anything after so long.
constexpr std::chrono::milliseconds beat_within{1000};
/// A row tells of so many beats, so that who missed some need not ask; and of so many campaigns in all.
constexpr std::size_t beats_told_max = 8;
constexpr std::size_t changes_told_max = 1'000;

/// Of each beat: its number, how many campaigns (all ones: too many to tell), and these; 8 bytes each, big-endian.
std::string encode_changes(const std::vector<beat_changes>& all) {
  std::string bytes;
  for (const auto& one : all) {
    append_big_endian(bytes, one.beat);
    append_big_endian(bytes, one.are_all ? std::uint64_t{one.campaigns.size()} : ~std::uint64_t{0});
    for (const auto campaign : one.campaigns)
      append_big_endian(bytes, campaign.value);
  }
  return bytes;
}

std::vector<beat_changes> decode_changes(std::string_view bytes) {
  std::vector<beat_changes> all;
  const auto take = [&] {
    const auto number =
        bytes.size() < sizeof(std::uint64_t) ? 0 : read_big_endian<std::uint64_t>(bytes.data());
    bytes.remove_prefix(std::min(bytes.size(), sizeof(std::uint64_t)));
    return number;
  };
  while (!bytes.empty()) {
    auto& one = all.emplace_back();
    one.beat = take();
    const auto count = take();
    one.are_all = count <= bytes.size() / sizeof(std::uint64_t);
    for (std::uint64_t at = 0; one.are_all && at < count; ++at)
      one.campaigns.push_back({take()});
  }
  return all;
}

node_row row_at(const pg_rows& rows, std::size_t row) {
  return {.node = {static_cast<std::uint64_t>(rows.number(row, 0))},
          .incarnation = static_cast<std::uint64_t>(rows.number(row, 1)),
          .name = std::string(rows.bytes(row, 2)),
          .address = std::string(rows.bytes(row, 3)),
          .state = parse_node_state(rows.bytes(row, 4)).value_or(node_state::dead),
          .beat = static_cast<std::uint64_t>(rows.number(row, 5)),
          .format = rows.number(row, 6),
          .given = static_cast<std::uint64_t>(rows.number(row, 7)),
          .changes = decode_changes(rows.bytes(row, 8))};
}

std::vector<node_row> all_rows(const pg_rows& rows) {
  std::vector<node_row> all;
  for (std::size_t row = 0; row < rows.size(); ++row)
    all.push_back(row_at(rows, row));
  return all;
}

std::vector<std::int64_t> numbers_of(std::span<const campaign_id> campaigns) {
  std::vector<std::int64_t> numbers;
  numbers.reserve(campaigns.size());
  for (const auto one : campaigns)
    numbers.push_back(static_cast<std::int64_t>(one.value));
  return numbers;
}

std::int64_t number_of(node_id node) {
  return static_cast<std::int64_t>(node.value);
}

} // namespace

result<void> postgres_nodes::join(std::string name, std::string address, bool is_known) {
  node_row joined;
  auto is_taken = false;
  constexpr auto within = postgres_database::answer_within;
  const auto enter = [&](pg_connection& to) -> pg_result_of<void> {
    pg_parameters us;
    us.add_text(name).add_text(address).add(postgres_format).add_bool(is_known);
    auto found = to.run(
        fmt::format(
            "UPDATE nodes n SET incarnation = incarnation + 1, address = $2, state = 'live', "
            "beat = beat + 1, format = $3 WHERE name = $1 AND ($4 OR state IN ('dead', 'left')) RETURNING {}",
            columns),
        us, within);
    if (found && found->empty()) {
      pg_parameters named;
      named.add_text(name);
      const auto other = to.run("SELECT 1 FROM nodes WHERE name = $1", named, within);
      if (!other)
        return std::unexpected(other.error());
      is_taken = !other->empty();
      if (is_taken)
        return std::unexpected(pg_failure{pg_failure::kind::refused, {}, "the name is taken"});
      const auto number =
          to.run("UPDATE counters SET value = value + 1 WHERE name = 'node' RETURNING value", {}, within);
      if (!number)
        return std::unexpected(number.error());
      us.add(number->number(0, 0));
      found = to.run(
          fmt::format("INSERT INTO nodes AS n VALUES ($5, 1, $1, $2, 'live', 1, $3, 0, 0, '') RETURNING {}",
                      columns),
          us, within);
    }
    if (!found)
      return std::unexpected(found.error());
    joined = row_at(*found, 0);
    pg_parameters ours;
    ours.add(number_of(joined.node)).add(static_cast<std::int64_t>(joined.incarnation));
    const auto taken =
        to.run("UPDATE campaigns SET incarnation = $2, term = term + 1 WHERE owner = $1", ours, within);
    return taken ? pg_result_of<void>{} : std::unexpected(taken.error());
  };
  const auto done = database_.transact("cannot join the cluster", enter);
  if (is_taken)
    return failure(
        error_code::conflict,
        fmt::format(
            "a node named {} is in this cluster, and it was not in this folder; give this one another name "
            "(cluster.name), or wait until the others know that it is dead",
            name));
  if (!done)
    return done;
  {
    const std::lock_guard guard(mutex_);
    self_ = std::move(joined);
    self_.changes.clear();
    appended_.clear();
  }
  changes_.fetch_add(1, std::memory_order_release);
  return {};
}

result<void> postgres_nodes::rejoin() {
  const auto us = self();
  return join(us.name, us.address, true);
}

postgres_nodes::identity_now postgres_nodes::identity() const {
  const std::lock_guard guard(mutex_);
  return {number_of(self_.node), static_cast<std::int64_t>(self_.incarnation)};
}

node_row postgres_nodes::self() const {
  const std::lock_guard guard(mutex_);
  return self_;
}

void postgres_nodes::on_appended(campaign_id campaign) {
  const std::lock_guard guard(mutex_);
  appended_.insert(campaign);
}

result<std::vector<node_row>> postgres_nodes::beat() {
  pg_parameters of;
  std::vector<beat_changes> changes;
  node_row us;
  {
    const std::lock_guard guard(mutex_);
    us = self_;
    auto& next = us.changes.emplace_back(us.beat + 1);
    next.are_all = appended_.size() <= changes_told_max;
    if (next.are_all)
      next.campaigns.assign(appended_.begin(), appended_.end());
    appended_.clear();
    if (us.changes.size() > beats_told_max)
      us.changes.erase(us.changes.begin());
    // Kept although the beat may fail: then the next one tells of it, too.
    self_.changes = us.changes;
    self_.beat = us.beat + 1;
  }
  of.add(number_of(us.node))
      .add(static_cast<std::int64_t>(us.incarnation))
      .add_bytes(encode_changes(us.changes));
  of.add(static_cast<std::int64_t>(us.beat + 1));
  // The statement sees the rows as they were before it: ours is told as it was.
  const auto rows = database_.run(
      "cannot tell the cluster that this node lives",
      fmt::format(
          "WITH mine AS (UPDATE nodes SET beat = greatest($4, beat + 1), changes = $3 WHERE node = $1 AND "
          "incarnation = $2 AND state NOT IN ('dead', 'left') RETURNING node) SELECT {}, (SELECT count(*) "
          "FROM mine) "
          "FROM nodes n ORDER BY n.node",
          columns),
      of, beat_within);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty() || rows->number(0, 9) == 0)
    return failure(error_code::conflict, notice{"node_deposed"});
  auto all = all_rows(*rows);
  const std::lock_guard guard(mutex_);
  for (const auto& one : all)
    if (one.node == self_.node && one.incarnation == self_.incarnation) {
      self_.state = one.state;
      self_.given = one.given;
    }
  return all;
}

result<std::vector<node_row>> postgres_nodes::nodes() const {
  const auto rows = database_.run("cannot read the cluster's nodes",
                                  fmt::format("SELECT {} FROM nodes n ORDER BY n.node", columns));
  if (!rows)
    return std::unexpected(rows.error());
  return all_rows(*rows);
}

result<bool> postgres_nodes::declare_dead(const node_row& seen) {
  pg_parameters of;
  of.add(number_of(seen.node))
      .add(static_cast<std::int64_t>(seen.incarnation))
      .add(static_cast<std::int64_t>(seen.beat));
  of.add_text(name_of(seen.state));
  const auto done =
      database_.run("cannot declare a node dead",
                    "UPDATE nodes SET state = 'dead' WHERE node = $1 AND incarnation = $2 AND beat = $3 "
                    "AND state = $4",
                    of);
  if (!done)
    return std::unexpected(done.error());
  return done->changed() == 1;
}

result<void> postgres_nodes::set_state(node_id node, node_state state) {
  pg_parameters of;
  of.add(number_of(node)).add_text(name_of(state));
  const auto done = database_.run("cannot change a node's state",
                                  "UPDATE nodes SET state = $2 WHERE node = $1 AND state <> 'dead'", of);
  if (!done)
    return std::unexpected(done.error());
  if (done->changed() == 0)
    return failure(error_code::not_found, notice{"node_unknown"});
  return {};
}

result<std::vector<owned_campaign>> postgres_nodes::campaigns_of(node_id node) const {
  pg_parameters of;
  of.add(number_of(node));
  const auto rows = database_.run("cannot list a node's campaigns",
                                  "SELECT campaign, is_moving FROM campaigns WHERE owner = $1 AND campaign "
                                  "<> 0 ORDER BY is_moving DESC, campaign",
                                  of);
  if (!rows)
    return std::unexpected(rows.error());
  std::vector<owned_campaign> all;
  for (std::size_t row = 0; row < rows->size(); ++row)
    all.push_back({{static_cast<std::uint64_t>(rows->number(row, 0))}, rows->boolean(row, 1)});
  return all;
}

result<std::map<node_id, std::size_t>> postgres_nodes::owner_counts() const {
  const auto rows = database_.run("cannot count the nodes' campaigns",
                                  "SELECT owner, count(*) FROM campaigns WHERE campaign <> 0 GROUP BY owner");
  if (!rows)
    return std::unexpected(rows.error());
  std::map<node_id, std::size_t> counts;
  for (std::size_t row = 0; row < rows->size(); ++row)
    counts.emplace(node_id{static_cast<std::uint64_t>(rows->number(row, 0))},
                   static_cast<std::size_t>(rows->number(row, 1)));
  return counts;
}

result<std::vector<campaign_head>> postgres_nodes::heads_of(node_id node) const {
  pg_parameters of;
  of.add(number_of(node));
  const auto rows = database_.run(
      "cannot list a node's campaigns",
      "SELECT campaign, last_number FROM campaigns WHERE owner = $1 AND campaign <> 0 ORDER BY campaign", of);
  if (!rows)
    return std::unexpected(rows.error());
  std::vector<campaign_head> all;
  for (std::size_t row = 0; row < rows->size(); ++row)
    all.push_back({{static_cast<std::uint64_t>(rows->number(row, 0))},
                   static_cast<event_number>(rows->number(row, 1))});
  return all;
}

result<node_id> postgres_nodes::owner_of(campaign_id campaign) const {
  pg_parameters of;
  of.add(static_cast<std::int64_t>(campaign.value));
  const auto rows = database_.run("cannot look for a campaign's owner",
                                  "SELECT owner FROM campaigns WHERE campaign = $1", of);
  if (!rows)
    return std::unexpected(rows.error());
  return rows->empty() ? node_id{} : node_id{static_cast<std::uint64_t>(rows->number(0, 0))};
}

result<std::vector<campaign_id>> postgres_nodes::take(std::span<const campaign_id> campaigns,
                                                      const node_row& from) {
  const auto us = identity();
  std::vector<campaign_id> taken;
  // Sent again after an answer that did not come, it also finds what is ours by then.
  pg_parameters of;
  of.add_all(numbers_of(campaigns))
      .add(number_of(from.node))
      .add(static_cast<std::int64_t>(from.incarnation));
  of.add(us.node).add(us.incarnation);
  const auto rows =
      database_.run("cannot take campaigns over",
                    "WITH taken AS (UPDATE campaigns SET owner = $4, incarnation = $5, term = term + 1 WHERE "
                    "campaign = ANY($1::int8[]) "
                    "AND owner = $2 AND incarnation <= $3 AND EXISTS (SELECT 1 FROM nodes WHERE node = $4 "
                    "AND incarnation = $5 AND "
                    "state NOT IN ('dead', 'left')) RETURNING campaign) SELECT campaign FROM taken UNION "
                    "SELECT campaign FROM campaigns "
                    "WHERE campaign = ANY($1::int8[]) AND owner = $4 AND incarnation = $5 ORDER BY campaign",
                    of);
  if (!rows)
    return std::unexpected(rows.error());
  for (std::size_t row = 0; row < rows->size(); ++row)
    taken.push_back({static_cast<std::uint64_t>(rows->number(row, 0))});
  changes_.fetch_add(1, std::memory_order_release);
  return taken;
}

result<void> postgres_nodes::give(std::span<const campaign_id> campaigns, const node_row& to) {
  const auto us = identity();
  constexpr auto within = postgres_database::answer_within;
  auto is_there = true;
  const auto hand_over = [&](pg_connection& on) -> pg_result_of<void> {
    pg_parameters other;
    other.add(number_of(to.node)).add(static_cast<std::int64_t>(to.incarnation));
    const auto lives =
        on.run("UPDATE nodes SET given = given + 1 WHERE node = $1 AND incarnation = $2 AND state = 'live'",
               other, within);
    if (!lives)
      return std::unexpected(lives.error());
    is_there = lives->changed() == 1;
    if (!is_there)
      return {};
    pg_parameters of;
    of.add_all(numbers_of(campaigns)).add(us.node).add(us.incarnation);
    of.add(number_of(to.node)).add(static_cast<std::int64_t>(to.incarnation));
    const auto given = on.run("UPDATE campaigns SET owner = $4, incarnation = $5, term = term + 1 WHERE "
                              "campaign = ANY($1::int8[]) AND owner = $2 AND incarnation = $3",
                              of, within);
    return given ? pg_result_of<void>{} : std::unexpected(given.error());
  };
  if (auto done = database_.transact("cannot give campaigns to another node", hand_over); !done)
    return done;
  changes_.fetch_add(1, std::memory_order_release);
  return is_there ? result<void>{} : failure(error_code::conflict, notice{"node_unknown"});
}

result<std::string> postgres_nodes::post_command(campaign_id campaign, std::string_view asked) {
  pg_parameters of;
  of.add(static_cast<std::int64_t>(campaign.value)).add_bytes(asked);
  const auto row = database_.run("cannot leave a command for another node",
                                 "INSERT INTO commands VALUES (gen_random_uuid(), $1, $2, NULL, "
                                 "(extract(epoch FROM clock_timestamp()) * 1000)::int8) RETURNING id::text",
                                 of);
  if (!row)
    return std::unexpected(row.error());
  return std::string(row->bytes(0, 0));
}

result<std::vector<posted_command>> postgres_nodes::posted_commands() {
  const auto us = identity();
  pg_parameters of;
  of.add(us.node);
  const auto rows = database_.run(
      "cannot read what other nodes ask",
      "SELECT m.id::text, m.campaign, m.asked FROM commands m JOIN campaigns c USING (campaign) "
      "WHERE m.answer IS NULL AND m.at > (extract(epoch FROM clock_timestamp()) - 12) * 1000 AND c.owner = "
      "$1 ORDER BY m.at LIMIT 100",
      of);
  if (!rows)
    return std::unexpected(rows.error());
  std::vector<posted_command> all;
  for (std::size_t row = 0; row < rows->size(); ++row)
    all.push_back({std::string(rows->bytes(row, 0)),
                   {static_cast<std::uint64_t>(rows->number(row, 1))},
                   std::string(rows->bytes(row, 2)),
                   {}});
  return all;
}

result<void> postgres_nodes::answer_command(std::string_view id, std::string_view answer) {
  pg_parameters of;
  of.add_text(id).add_bytes(answer);
  const auto done =
      database_.run("cannot answer another node",
                    "UPDATE commands SET answer = $2 WHERE id = $1::uuid AND answer IS NULL", of);
  return done ? result<void>{} : std::unexpected(done.error());
}

/// What nobody came for is gone after an hour.
result<std::optional<std::string>> postgres_nodes::take_answer(std::string_view id) {
  pg_parameters of;
  of.add_text(id);
  const auto rows =
      database_.run("cannot read another node's answer",
                    "SELECT answer FROM commands WHERE id = $1::uuid AND answer IS NOT NULL", of);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty())
    return std::nullopt;
  std::string answer(rows->bytes(0, 0));
  static_cast<void>(
      database_
          .run("cannot tidy the commands up",
               "DELETE FROM commands WHERE id = $1::uuid OR at < (extract(epoch FROM clock_timestamp()) - "
               "3600) * 1000",
               of)
          .has_value());
  return answer;
}

} // namespace sluice
