#include "persistence/postgres/journal.hpp"

#include "persistence/key_record_codec.hpp"
#include "persistence/postgres/nodes.hpp"
#include "persistence/postgres/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice {

namespace {

/// What goes into one statement at most: measured, more only makes the first of them wait.
constexpr std::size_t group_appends_max = 200;
constexpr std::size_t group_bytes_max = 1U << 20U;
/// Ends of logs that the writer remembers; a forgotten one is asked for.
constexpr std::size_t ends_max = 100'000;
constexpr std::chrono::milliseconds between_tries{100};
/// So seldom that asking for the condition costs the database nothing, so often that nobody is told yesterday's.
constexpr std::chrono::seconds trial_after{1};
/// How long the end of the process waits for what was sent and has no answer.
constexpr std::chrono::seconds settle_at_end_max{5};

/// Not in `w`: the key that another append brought since excludes its own append only.
constexpr const char* append_statement = R"(
WITH w AS (SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::bytea[], $6::int8[], $7::bytea[], $8::bytea[])
             AS w(campaign, term, expected, last_number, last_hash, moving, key, value)),
     fresh AS (SELECT w.* FROM w WHERE NOT EXISTS (SELECT 1 FROM keys k WHERE k.key = w.key)),
     made AS (INSERT INTO campaigns SELECT campaign, last_number, last_hash, $9, $10, 1, moving = 1 FROM fresh
              WHERE term = 0 AND expected = 0 ON CONFLICT DO NOTHING RETURNING campaign),
     moved AS (UPDATE campaigns c SET last_number = w.last_number, last_hash = w.last_hash,
                      is_moving = CASE WHEN w.moving < 0 THEN c.is_moving ELSE w.moving = 1 END
               FROM fresh w
               WHERE c.campaign = w.campaign AND c.term = w.term AND c.last_number = w.expected
                 AND c.owner = $9 AND c.incarnation = $10
               RETURNING c.campaign),
     done AS (SELECT campaign FROM made UNION ALL SELECT campaign FROM moved),
     kept AS (INSERT INTO events SELECT e.* FROM unnest($11::int8[], $12::int8[], $13::bytea[]) AS e(campaign, number, record)
              JOIN done USING (campaign)),
     remembered AS (INSERT INTO keys SELECT w.key, w.value, (extract(epoch FROM clock_timestamp()) * 1000)::int8
                    FROM w JOIN done USING (campaign) WHERE length(w.key) > 0)
SELECT campaign FROM done)";

/// The write makes its commit wait for the standby, and with it for what was committed before.
constexpr const char* settle_statement = R"(
WITH touched AS (UPDATE nodes SET settled = settled + 1 WHERE node = $3 RETURNING node),
     w AS (SELECT * FROM unnest($1::int8[], $2::bytea[]) AS w(campaign, key))
SELECT w.campaign, c.last_number, c.last_hash, k.value FROM w
  LEFT JOIN campaigns c ON c.campaign = w.campaign LEFT JOIN keys k ON k.key = w.key)";

std::optional<bool> moves_letters(const std::vector<event>& events) {
  std::optional<bool> is_moving;
  for (const auto& one : events)
    if (std::holds_alternative<claimed>(one.body))
      is_moving = true;
    else if (std::holds_alternative<paused>(one.body) || std::holds_alternative<cancelled>(one.body) ||
             std::holds_alternative<finished>(one.body))
      is_moving = false;
  return is_moving;
}

std::unexpected<error> taken_over(campaign_id campaign, event_number last, event_number expected) {
  return failure(
      error_code::conflict,
      notice{"log_taken_over", {{"campaign", to_string(campaign)}, {"last", last}, {"expected", expected}}});
}

constexpr std::string_view unique_violation = "23505";

} // namespace

std::size_t postgres_journal::queued_append::bytes() const {
  std::size_t all = key ? key->response.size() : 0;
  for (const auto& record : records)
    all += record.size();
  return all;
}

postgres_journal::postgres_journal(const postgres_database& database, postgres_nodes& nodes) :
    database_(database), nodes_(nodes), writer_([this] { run(); }) {}

postgres_journal::~postgres_journal() {
  {
    const std::lock_guard guard(mutex_);
    is_closing_ = true;
  }
  has_work_.notify_one();
  writer_.join();
}

void postgres_journal::append(append_request request, append_done done) {
  if (auto writable = database_.check_writable(); !writable)
    return done(std::unexpected(writable.error()));
  queued_append one{.is_append = true,
                    .campaign = request.campaign,
                    .expected_last = request.expected_last,
                    .is_moving = moves_letters(request.events),
                    .records = {},
                    .key = std::move(request.key),
                    .on_refused = std::move(request.on_refused),
                    .done = std::move(done),
                    .key_value = {}};
  one.records.reserve(request.events.size());
  for (const auto& event : request.events)
    one.records.emplace_back(event);
  if (one.key)
    one.key_value = encode_key_record(*one.key, milliseconds{0});
  std::string_view refusal;
  {
    const std::lock_guard guard(mutex_);
    const auto bytes = one.bytes();
    if (is_closing_) {
      refusal = "the log is closing";
    } else if (!queue_.empty() && (queue_.size() >= journal_queue_appends_max ||
                                   queued_bytes_ + bytes > journal_queue_bytes_max)) {
      refusal = "the database does not keep up: too many appends wait for it; try again later";
    } else {
      queued_bytes_ += bytes;
      return enqueue(std::move(one));
    }
  }
  one.done(failure(error_code::unavailable, std::string(refusal)));
}

void postgres_journal::await_appends(std::function<void()> done) {
  const std::lock_guard guard(mutex_);
  enqueue({.campaign = {},
           .is_moving = {},
           .records = {},
           .key = {},
           .on_refused = {},
           .done = [done = std::move(done)](const result<event_number>&) { done(); },
           .is_settled = true,
           .key_value = {}});
}

void postgres_journal::try_database() {
  {
    const std::lock_guard guard(mutex_);
    if (!queue_.empty() || is_closing_ || std::chrono::steady_clock::now() - last_tried_ < trial_after)
      return;
    last_tried_ = std::chrono::steady_clock::now();
  }
  await_appends([] {});
}

/// With the mutex held.
void postgres_journal::enqueue(queued_append&& one) {
  queue_.push_back(std::move(one));
  has_work_.notify_one();
}

void postgres_journal::run() {
  for (;;) {
    {
      std::unique_lock guard(mutex_);
      has_work_.wait(guard, [this] { return is_closing_ || !queue_.empty(); });
      if (queue_.empty())
        return;
    }
    auto taken = next_group();
    try {
      write(taken);
    } catch (const std::exception& problem) { // nothing may end the one writer
      ends_.clear();
      refuse(taken, {error_code::internal, fmt::format("cannot write to the log: {}", problem.what())});
    }
    for (auto& one : taken)
      answer(one);
  }
}

/// From the front: no more than one statement may have, and no campaign twice.
postgres_journal::group postgres_journal::next_group() {
  group taken;
  std::size_t bytes = 0;
  std::set<campaign_id> campaigns;
  const std::lock_guard guard(mutex_);
  while (!queue_.empty() && taken.size() < group_appends_max) {
    auto& one = queue_.front();
    const auto more = one.bytes();
    if (!taken.empty() && (bytes + more > group_bytes_max ||
                           (one.is_append && !one.is_key_alone() && !campaigns.insert(one.campaign).second)))
      break;
    if (one.is_append)
      campaigns.insert(one.campaign);
    bytes += more;
    queued_bytes_ -= std::min(queued_bytes_, more);
    taken.push_back(std::move(one));
    queue_.pop_front();
  }
  return taken;
}

/// True: go on. False: the process ends, and what has no answer gets none.
bool postgres_journal::rest(std::chrono::milliseconds time) {
  std::unique_lock guard(mutex_);
  has_work_.wait_for(guard, time, [this] { return is_closing_; });
  return !is_closing_;
}

void postgres_journal::write(group& appends) {
  if (const auto changes = nodes_.changes(); changes != ends_as_of_ || ends_.size() > ends_max) {
    ends_.clear();
    ends_as_of_ = changes;
  }
  const auto begun = pg_connection::clock::now();
  std::optional<pg_connection::clock::time_point> closing_since;
  auto is_sealed = false;
  auto was_unknown = false;
  const auto attempt = [&]() -> pg_result_of<void> {
    if (!connection_) {
      auto made = database_.connect(postgres_database::append_within);
      if (!made)
        return std::unexpected(made.error());
      connection_ = *std::move(made);
    }
    if (std::ranges::all_of(appends, &queued_append::is_settled)) { // it only asks whether we are there
      pg_parameters of;
      of.add(nodes_.identity().node);
      const auto asked = connection_->run("UPDATE nodes SET settled = settled + 1 WHERE node = $1", of,
                                          postgres_database::append_within);
      return asked ? pg_result_of<void>{} : std::unexpected(asked.error());
    }
    if (!is_sealed) {
      if (auto learned = learn_ends(appends); !learned) {
        if (learned.error().what == pg_failure::kind::unknown)
          learned.error().what = pg_failure::kind::away; // it was only read
        return learned;
      }
      for (auto& one : appends)
        seal(one);
      is_sealed = true;
    }
    return send(appends, was_unknown);
  };
  for (;;) {
    const auto done = attempt();
    if (done)
      return on_answered();
    const auto& why = done.error();
    if (connection_ && !connection_->is_usable())
      connection_.reset();
    was_unknown = was_unknown || why.what == pg_failure::kind::unknown;
    const auto is_taken_key =
        why.sqlstate == unique_violation; // by a statement of the same moment: now it is seen
    if (why.what != pg_failure::kind::conflicted && !is_taken_key)
      on_away(why.words);
    if (!was_unknown) {
      const auto is_over = pg_connection::clock::now() - begun > postgres_database::append_within;
      if ((why.what == pg_failure::kind::refused && !is_taken_key) ||
          (why.what == pg_failure::kind::away && is_over)) {
        ends_.clear();
        return refuse(appends, error_of(why, "cannot write to the log"));
      }
    }
    if (!rest(between_tries)) {
      const auto now = pg_connection::clock::now();
      if (now - closing_since.value_or(now) > settle_at_end_max) {
        ends_.clear();
        return refuse(appends,
                      error_of(why, "the engine ends, and what was written last is not known to be kept"));
      }
      closing_since = closing_since.value_or(now);
      std::this_thread::sleep_for(between_tries);
    }
  }
}

pg_result_of<void> postgres_journal::learn_ends(const group& appends) {
  std::vector<std::int64_t> asked;
  for (const auto& one : appends)
    if (one.is_append && !one.is_key_alone() && !ends_.contains(one.campaign))
      asked.push_back(static_cast<std::int64_t>(one.campaign.value));
  if (asked.empty())
    return {};
  const auto us = nodes_.identity();
  pg_parameters of;
  of.add_all(asked).add(us.node).add(us.incarnation);
  const auto found =
      connection_->run("SELECT campaign, last_number, last_hash, term, owner = $2 AND incarnation = $3 "
                       "FROM campaigns WHERE campaign = ANY($1::int8[])",
                       of, postgres_database::append_within);
  if (!found)
    return std::unexpected(found.error());
  for (const auto campaign : asked)
    ends_[campaign_id{static_cast<std::uint64_t>(campaign)}] = {};
  for (std::size_t row = 0; row < found->size(); ++row)
    ends_[campaign_id{static_cast<std::uint64_t>(found->number(row, 0))}] = {
        {static_cast<event_number>(found->number(row, 1)), hash_in(found->bytes(row, 2))},
        found->number(row, 3),
        found->boolean(row, 4)};
  return {};
}

/// Gives its records their places, or says why there are none.
void postgres_journal::seal(queued_append& one) {
  if (!one.is_append || one.is_key_alone())
    return;
  const auto& end = ends_[one.campaign];
  if (!end.is_ours || end.head.number != one.expected_last) {
    one.answer = taken_over(one.campaign, end.head.number, one.expected_last);
    one.is_settled = true;
    ends_.erase(one.campaign); // it may be ours again later
    return;
  }
  one.term = end.term;
  one.last_number = end.head.number;
  one.last_hash = end.head.hash;
  for (auto& record : one.records)
    one.last_hash = record.seal(one.campaign, ++one.last_number, one.last_hash);
}

pg_result_of<void> postgres_journal::send(group& appends, bool was_unknown) {
  if (auto sent = send_keys(appends); !sent)
    return sent;
  std::vector<std::int64_t> campaigns;
  std::vector<std::int64_t> terms;
  std::vector<std::int64_t> expected;
  std::vector<std::int64_t> last_numbers;
  std::vector<std::string_view> last_hashes;
  std::vector<std::int64_t> moving;
  std::vector<std::string_view> keys;
  std::vector<std::string_view> values;
  std::vector<std::int64_t> event_campaigns;
  std::vector<std::int64_t> numbers;
  std::vector<std::string_view> records;
  for (const auto& one : appends) {
    if (one.is_settled)
      continue;
    const auto campaign = static_cast<std::int64_t>(one.campaign.value);
    campaigns.push_back(campaign);
    terms.push_back(one.term);
    expected.push_back(static_cast<std::int64_t>(one.expected_last));
    last_numbers.push_back(static_cast<std::int64_t>(one.last_number));
    last_hashes.push_back(as_text(one.last_hash));
    moving.push_back(one.is_moving ? std::int64_t{*one.is_moving} : -1);
    keys.push_back(one.key ? std::string_view(one.key->key) : std::string_view{});
    values.push_back(one.key_value);
    for (auto number = one.expected_last; const auto& record : one.records) {
      event_campaigns.push_back(campaign);
      numbers.push_back(static_cast<std::int64_t>(++number));
      records.push_back(record.value());
    }
  }
  if (campaigns.empty())
    return {};
  const auto us = nodes_.identity();
  pg_parameters of;
  of.add_all(campaigns).add_all(terms).add_all(expected).add_all(last_numbers).add_all_bytes(last_hashes);
  of.add_all(moving).add_all_bytes(keys).add_all_bytes(values).add(us.node).add(us.incarnation);
  of.add_all(event_campaigns).add_all(numbers).add_all_bytes(records);
  const auto moved = connection_->run(append_statement, of, postgres_database::append_within);
  if (!moved)
    return std::unexpected(moved.error());
  std::set<campaign_id> done;
  for (std::size_t row = 0; row < moved->size(); ++row)
    done.insert(campaign_id{static_cast<std::uint64_t>(moved->number(row, 0))});
  for (auto& one : appends)
    if (!one.is_settled && done.contains(one.campaign)) {
      one.answer = one.last_number;
      one.is_settled = true;
      on_kept(one);
    }
  return settle_rest(appends, was_unknown);
}

void postgres_journal::on_kept(const queued_append& one) {
  ends_[one.campaign] = {{one.last_number, one.last_hash}, std::max<std::int64_t>(one.term, 1), true};
  nodes_.on_appended(one.campaign);
}

/// Keys of no campaign, which have no fence.
pg_result_of<void> postgres_journal::send_keys(group& appends) {
  for (auto& one : appends) {
    if (one.is_settled || !one.is_key_alone())
      continue;
    if (one.key) {
      pg_parameters of;
      of.add_bytes(one.key->key).add_bytes(one.key_value);
      const auto kept = connection_->run(
          "INSERT INTO keys VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::int8) "
          "ON CONFLICT (key) DO UPDATE SET value = excluded.value, given = excluded.given",
          of, postgres_database::append_within);
      if (!kept)
        return std::unexpected(kept.error());
    }
    one.is_settled = true;
  }
  return {};
}

/// What was not moved has another end; where it was sent before and had no answer, that end may be ours.
pg_result_of<void> postgres_journal::settle_rest(group& appends, bool was_unknown) {
  std::vector<std::int64_t> campaigns;
  std::vector<std::string_view> keys;
  for (const auto& one : appends)
    if (!one.is_settled) {
      campaigns.push_back(static_cast<std::int64_t>(one.campaign.value));
      keys.push_back(one.key ? std::string_view(one.key->key) : std::string_view{});
    }
  if (campaigns.empty())
    return {};
  pg_parameters of;
  of.add_all(campaigns).add_all_bytes(keys).add(nodes_.identity().node);
  const auto found = connection_->run(settle_statement, of, postgres_database::append_within);
  if (!found)
    return std::unexpected(found.error());
  for (auto& one : appends) {
    if (one.is_settled)
      continue;
    one.is_settled = true;
    event_number last = 0;
    auto is_ours = false;
    auto is_key_taken = false;
    for (std::size_t row = 0; row < found->size(); ++row) {
      if (found->number(row, 0) != static_cast<std::int64_t>(one.campaign.value))
        continue;
      const auto has_key = !found->is_null(row, 3);
      const auto has_our_key = has_key && found->bytes(row, 3) == one.key_value;
      const auto has_end = !found->is_null(row, 1);
      last = has_end ? static_cast<event_number>(found->number(row, 1)) : 0;
      is_ours = was_unknown && has_end && last == one.last_number &&
                hash_in(found->bytes(row, 2)) == one.last_hash && (!one.key || has_our_key);
      is_key_taken = one.key && has_key && last == one.expected_last;
    }
    if (is_ours) {
      one.answer = one.last_number;
      on_kept(one);
      continue;
    }
    one.answer = is_key_taken ? failure(error_code::conflict, notice{"idempotency_key_taken"})
                              : taken_over(one.campaign, last, one.expected_last);
    ends_.erase(one.campaign);
  }
  return {};
}

/// Nothing of these was kept, and what is queued behind them may hang on it.
void postgres_journal::refuse(group& appends, const error& why) {
  {
    const std::lock_guard guard(mutex_);
    for (auto& one : queue_)
      appends.push_back(std::move(one));
    queue_.clear();
    queued_bytes_ = 0;
  }
  for (auto& one : appends)
    if (one.is_append && !(one.is_settled && one.answer)) {
      one.answer = std::unexpected(why);
      one.is_settled = true;
      if (one.on_refused)
        one.on_refused();
    }
}

void postgres_journal::answer(queued_append& one) const {
  try {
    one.done(std::move(one.answer));
  } catch (const std::exception&) { // its own fault; it keeps nothing from the others
  }
}

void postgres_journal::on_away(const std::string& words) {
  const std::lock_guard guard(mutex_);
  if (std::exchange(condition_.takes_writes, false))
    condition_.since = system_now();
  condition_.why = {error_code::storage_failed, fmt::format("waits for the database: {}", words)};
}

void postgres_journal::on_answered() {
  const std::lock_guard guard(mutex_);
  condition_ = {};
  last_tried_ = std::chrono::steady_clock::now();
}

store_condition postgres_journal::condition() const {
  const std::lock_guard guard(mutex_);
  return condition_;
}

result<void> postgres_journal::read(campaign_id campaign,
                                    event_number from,
                                    const std::function<bool(const stored_event&)>& visit) const {
  postgres_records records(database_, campaign, from > 1 ? from - 1 : 1);
  return visit_events(records, campaign, from, visit);
}

result<void> postgres_journal::read_raw(campaign_id campaign,
                                        event_number from,
                                        const std::function<bool(const raw_record&)>& visit) const {
  postgres_records records(database_, campaign, from);
  return visit_raw_records(records, campaign, from, visit);
}

result<log_head> postgres_journal::head(campaign_id campaign) const {
  pg_parameters of;
  of.add(static_cast<std::int64_t>(campaign.value));
  const auto found = database_.run(fmt::format("cannot read the log of campaign {}", to_string(campaign)),
                                   "SELECT last_number, last_hash FROM campaigns WHERE campaign = $1", of);
  if (!found)
    return std::unexpected(found.error());
  if (found->empty())
    return log_head{};
  return log_head{static_cast<event_number>(found->number(0, 0)), hash_in(found->bytes(0, 1))};
}

result<std::vector<campaign_id>> postgres_journal::campaigns() const {
  const auto found =
      database_.run("cannot list the campaigns",
                    "SELECT DISTINCT campaign FROM (SELECT campaign FROM campaigns WHERE last_number > 0 "
                    "AND campaign <> 0) AS c ORDER BY campaign");
  if (!found)
    return std::unexpected(found.error());
  std::vector<campaign_id> all;
  all.reserve(found->size());
  for (std::size_t row = 0; row < found->size(); ++row)
    all.push_back({static_cast<std::uint64_t>(found->number(row, 0))});
  return all;
}

result<std::optional<key_record>> postgres_journal::find_key(std::string_view key) const {
  pg_parameters of;
  of.add_bytes(key);
  const auto found =
      database_.run("cannot look for an idempotency key", "SELECT value FROM keys WHERE key = $1", of);
  if (!found)
    return std::unexpected(found.error());
  if (found->empty())
    return std::nullopt;
  auto read = decode_key_record(key, found->bytes(0, 0));
  return read ? result<std::optional<key_record>>(*std::move(read)) : std::unexpected(read.error());
}

} // namespace sluice
