#include "persistence/rocksdb/journal.hpp"

#include "persistence/big_endian.hpp"
#include "persistence/key_record_codec.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/removed_campaigns.hpp"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <exception>
#include <limits>

namespace sluice {

namespace {

/// Ends of logs that the writer remembers, about 100 bytes each, give or take a group; a forgotten one is
/// read from the store.
constexpr std::size_t heads_max = 100'000;
/// Read ahead of who reads a log from its beginning.
constexpr std::size_t readahead_bytes = 1U << 20U;

std::string hex_of(std::string_view bytes) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// A log's records in the order of their numbers, as the store was when it was made.
class stored_records final : public record_source {
public:
  stored_records(const rocksdb_database& database, campaign_id campaign, event_number first) :
      campaign_(campaign), end_(big_endian(campaign.value + 1)), end_slice_(slice(end_)) {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    if (campaign.value != std::numeric_limits<std::uint64_t>::max())
      options.iterate_upper_bound = &end_slice_;
    // A whole log is read once, at a restart or an audit; it would only push out what is read often.
    options.fill_cache = first > 1;
    if (first <= 1)
      options.readahead_size = readahead_bytes;
    records_.reset(database.db().NewIterator(options, database[family::events]));
    // From 0 on nothing of the campaign's is passed over, also no key that is none of a record.
    records_->Seek(slice(first == 0 ? big_endian(campaign.value) : record_key(campaign, first)));
  }

  bool next(event_number& number, std::string_view& value) override {
    if (has_begun_)
      records_->Next();
    has_begun_ = true;
    for (; records_->Valid(); records_->Next()) {
      const auto key = view(records_->key());
      if (key.size() == record_key_bytes) {
        number = read_big_endian<std::uint64_t>(key.data() + 8);
        value = view(records_->value());
        return true;
      }
      if (strange_key_.empty())
        strange_key_ = key;
    }
    return false;
  }

  result<void> outcome() const override {
    const auto doing = fmt::format("cannot read the log of campaign {}", to_string(campaign_));
    if (const auto status = records_->status(); !status.ok())
      return std::unexpected(error_of(status, doing));
    if (!strange_key_.empty())
      return failure(error_code::corrupt, fmt::format("{}: there is a key that is none of a record: {}",
                                                      doing, hex_of(strange_key_)));
    return {};
  }

private:
  campaign_id campaign_;
  std::string end_;
  rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> records_;
  bool has_begun_ = false;
  std::string strange_key_; ///< the first; empty: there was none
};

std::size_t bytes_of(const std::vector<journal_record>& records) {
  std::size_t bytes = 0;
  for (const auto& record : records)
    bytes += record.size();
  return bytes;
}

} // namespace

rocksdb_journal::rocksdb_journal(rocksdb_database& database) :
    database_(database), writer_([this] { run(); }) {}

rocksdb_journal::~rocksdb_journal() {
  {
    const std::lock_guard guard(mutex_);
    is_closing_ = true;
  }
  has_work_.notify_one();
  writer_.join();
}

void rocksdb_journal::append(append_request request, append_done done) {
  if (auto writable = database_.check_writable(); !writable)
    return done(std::unexpected(writable.error()));
  // Encoded here, in the caller's thread: the one writer has only the chain left to do.
  queued_append one{.what = purpose::append,
                    .campaign = request.campaign,
                    .expected_last = request.expected_last,
                    .records = {},
                    .key = std::move(request.key),
                    .on_refused = std::move(request.on_refused),
                    .done = std::move(done)};
  one.records.reserve(request.events.size());
  for (const auto& event : request.events)
    one.records.emplace_back(event);
  submit(std::move(one));
}

void rocksdb_journal::append_to_house(std::vector<journal_record> records,
                                      std::function<void(rocksdb::WriteBatch&)> change,
                                      append_done done,
                                      std::optional<removal> removed) {
  if (auto writable = database_.check_writable(); !writable)
    return done(std::unexpected(writable.error()));
  submit({.what = purpose::append_to_house,
          .campaign = house_log_id,
          .records = std::move(records),
          .key = {},
          .change = std::move(change),
          .removed = removed,
          .done = std::move(done)});
}

void rocksdb_journal::submit(queued_append&& one) {
  const auto bytes = bytes_of(one.records) + (one.key ? one.key->response.size() : 0);
  std::string_view refusal;
  {
    const std::lock_guard guard(mutex_);
    if (is_closing_) {
      refusal = "the log is closing";
    } else if (!queue_.empty() && (queue_.size() >= journal_queue_appends_max ||
                                   queued_bytes_ + bytes > journal_queue_bytes_max)) {
      refusal = "the disk does not keep up: too many appends wait for it; try again later";
    } else {
      queued_bytes_ += bytes;
      enqueue(std::move(one));
      return;
    }
  }
  one.done(failure(error_code::unavailable, std::string(refusal)));
}

void rocksdb_journal::await_appends(std::function<void()> done) {
  const std::lock_guard guard(mutex_);
  enqueue({.what = purpose::await,
           .campaign = {},
           .records = {},
           .key = {},
           .done = [done = std::move(done)](const result<event_number>&) { done(); }});
}

void rocksdb_journal::try_disk() {
  const std::lock_guard guard(mutex_);
  if (queue_.empty() && !is_closing_)
    enqueue({.what = purpose::try_disk,
             .campaign = {},
             .records = {},
             .key = {},
             .done = [](const result<event_number>&) {}});
}

/// With the mutex held. Only the first of a group wakes the writer: it takes all that there are by then.
void rocksdb_journal::enqueue(queued_append&& one) {
  queue_.push_back(std::move(one));
  if (queue_.size() == 1)
    has_work_.notify_one();
}

void rocksdb_journal::run() {
  group taken;
  for (;;) {
    {
      std::unique_lock guard(mutex_);
      has_work_.wait(guard, [this] { return is_closing_ || !queue_.empty(); });
      if (queue_.empty())
        return;
      taken.swap(queue_);
      queued_bytes_ = 0;
    }
    if (const auto failed = write_or_refuse(taken))
      refuse_behind(*failed, taken);
    for (auto& one : taken)
      answer(one);
    taken.clear();
  }
}

/// Nothing may end the one writer: what cannot even be put together, as where there is no memory, is refused.
std::optional<error> rocksdb_journal::write_or_refuse(group& appends) {
  try {
    return write(appends);
  } catch (const std::exception& problem) {
    heads_.clear();
    auto why =
        make_error(error_code::internal,
                   notice{"text", {{"text", fmt::format("cannot write to the log: {}", problem.what())}}});
    for (auto& one : appends)
      one.answer = std::unexpected(why);
    return why;
  }
}

/// What was queued while the write failed may hang on what it did not keep: a campaign's claim takes the room that
/// another's outcomes leave, which stand before it.
void rocksdb_journal::refuse_behind(const error& why, group& refused) {
  const auto tell = [](group& all, std::size_t from) {
    for (auto at = from; at < all.size(); ++at)
      if (all[at].on_refused)
        all[at].on_refused();
  };
  tell(refused, 0);
  const auto behind = refused.size();
  {
    const std::lock_guard guard(mutex_);
    for (auto& one : queue_) {
      if (one.what == purpose::append || one.what == purpose::append_to_house)
        one.answer = std::unexpected(why);
      refused.push_back(std::move(one));
    }
    queue_.clear();
    queued_bytes_ = 0;
  }
  tell(refused, behind);
}

/// All campaigns' appends go through this thread: an answer that throws keeps nothing from the others.
void rocksdb_journal::answer(queued_append& one) const {
  try {
    one.done(std::move(one.answer));
  } catch (const std::exception& fault) {
    rocksdb::Error(database_.db().GetDBOptions().info_log, "an append's answer was not taken: %s",
                   fault.what());
  }
}

std::optional<error> rocksdb_journal::write(group& appends) {
  // Never within a group: a log's end that is only staged yet is known from nowhere else.
  if (heads_.size() >= heads_max)
    heads_.clear();
  rocksdb::WriteBatch batch;
  for (auto& one : appends)
    stage(one, batch);
  if (batch.Count() == 0)
    return std::nullopt;
  const auto written = database_.write(batch, durability::synced);
  if (written)
    return std::nullopt;
  heads_.clear();
  // Conflicts too: they may have been judged by what the group was going to write.
  for (auto& one : appends)
    one.answer = std::unexpected(written.error());
  return written.error();
}

void put_key(rocksdb::WriteBatch& batch, const rocksdb_database& database, const key_record& key) {
  batch.Put(database[family::keys], key.key, encode_key_record(key, database.running().now()));
  batch.Put(database[family::meta], slice(running_time::key), database.running().stored());
}

/// Puts one append into the group's batch, or says in its answer why not.
void rocksdb_journal::stage(queued_append& one, rocksdb::WriteBatch& batch) {
  if (one.what == purpose::await)
    return;
  if (one.what == purpose::try_disk) {
    batch.Put(database_[family::meta], slice(running_time::key), database_.running().stored());
    return;
  }
  if (one.campaign == campaign_id{} && one.records.empty()) {
    if (one.key)
      put_key(batch, database_, *one.key);
    return;
  }
  auto head = head_of(one.campaign);
  if (!head) {
    one.answer = std::unexpected(head.error());
    return;
  }
  if (one.what == purpose::append && head->number != one.expected_last) {
    one.answer = log_ends_elsewhere(one.campaign, head->number, one.expected_last);
    return;
  }
  if (one.removed)
    if (auto removed = stage_removal(*one.removed, batch); !removed) {
      one.answer = std::unexpected(removed.error());
      return;
    }
  for (auto& record : one.records) {
    head->hash = record.seal(one.campaign, head->number + 1, head->hash);
    ++head->number;
    batch.Put(database_[family::events], slice(record.key()), slice(record.value()));
  }
  if (one.change)
    one.change(batch);
  if (one.key)
    put_key(batch, database_, *one.key);
  heads_.insert_or_assign(one.campaign, *head);
  if (one.campaign.value > last_appended_.load(std::memory_order_relaxed))
    last_appended_.store(one.campaign.value, std::memory_order_release);
  one.answer = head->number;
}

/// Its head is remembered as none: an append that was queued behind finds that it is gone.
result<void> rocksdb_journal::stage_removal(const removal& removed, rocksdb::WriteBatch& batch) {
  const auto head = head_of(removed.campaign);
  if (!head)
    return std::unexpected(head.error());
  if (*head != removed.end || head->number == 0)
    return log_ends_elsewhere(removed.campaign, head->number, removed.end.number);
  delete_prefix(batch, database_[family::events], big_endian(removed.campaign.value));
  heads_.insert_or_assign(removed.campaign, log_head{});
  return {};
}

result<log_head> rocksdb_journal::head_of(campaign_id campaign) {
  if (const auto known = heads_.find(campaign); known != heads_.end())
    return known->second;
  return head(campaign);
}

result<log_head> rocksdb_journal::head(campaign_id campaign) const {
  const std::unique_ptr<rocksdb::Iterator> records(database_.db().NewIterator({}, database_[family::events]));
  records->SeekForPrev(slice(record_key(campaign, std::numeric_limits<event_number>::max())));
  if (!records->status().ok())
    return std::unexpected(
        error_of(records->status(), fmt::format("cannot read the log of campaign {}", to_string(campaign))));
  if (!records->Valid() || records->key().size() != record_key_bytes ||
      read_big_endian<std::uint64_t>(records->key().data()) != campaign.value)
    return log_head{};
  const auto number = read_big_endian<std::uint64_t>(records->key().data() + 8);
  return log_head{number, record_hash(campaign, number, view(records->value()))};
}

result<void> rocksdb_journal::read(campaign_id campaign,
                                   event_number from,
                                   const std::function<bool(const stored_event&)>& visit) const {
  stored_records records(database_, campaign, from > 1 ? from - 1 : 1);
  return visit_events(records, campaign, from, visit);
}

result<void> rocksdb_journal::read_raw(campaign_id campaign,
                                       event_number from,
                                       const std::function<bool(const raw_record&)>& visit) const {
  stored_records records(database_, campaign, from);
  return visit_raw_records(records, campaign, from, visit);
}

result<void> rocksdb_journal::survey(const std::function<void(campaign_id)>& visit_campaign,
                                     const std::function<void(std::string_view)>& visit_strange_key) const {
  const std::unique_ptr<rocksdb::Iterator> records(database_.db().NewIterator({}, database_[family::events]));
  records->SeekToFirst();
  while (records->Valid()) {
    const auto key = view(records->key());
    if (key.size() < 8) {
      visit_strange_key(key);
      records->Next();
      continue;
    }
    const auto campaign = read_big_endian<std::uint64_t>(records->key().data());
    if (campaign != house_log_id.value)
      visit_campaign({campaign});
    if (campaign == std::numeric_limits<std::uint64_t>::max())
      break;
    // A key too short for a campaign lies behind this one only as the next one without its trailing zeros.
    auto next = big_endian(campaign + 1);
    next.erase(next.find_last_not_of('\0') + 1);
    records->Seek(slice(next));
  }
  if (!records->status().ok())
    return std::unexpected(error_of(records->status(), "cannot list the campaigns"));
  return {};
}

result<std::vector<campaign_id>> rocksdb_journal::campaigns() const {
  std::vector<campaign_id> found;
  const auto surveyed =
      survey([&](campaign_id campaign) { found.push_back(campaign); }, [](std::string_view) {});
  if (!surveyed)
    return std::unexpected(surveyed.error());
  return found;
}

result<std::vector<std::string>> rocksdb_journal::strange_keys() const {
  std::vector<std::string> found;
  const auto surveyed =
      survey([](campaign_id) {}, [&](std::string_view key) { found.push_back(hex_of(key)); });
  if (!surveyed)
    return std::unexpected(surveyed.error());
  return found;
}

result<campaign_id> rocksdb_journal::last_campaign() const {
  if (!has_read_last_.load(std::memory_order_acquire)) {
    const auto last = read_last_campaign();
    if (!last)
      return last;
    last_read_.store(last->value, std::memory_order_relaxed);
    has_read_last_.store(true, std::memory_order_release);
  }
  return campaign_id{
      std::max(last_read_.load(std::memory_order_relaxed), last_appended_.load(std::memory_order_acquire))};
}

result<campaign_id> rocksdb_journal::read_last_campaign() const {
  const std::unique_ptr<rocksdb::Iterator> records(database_.db().NewIterator({}, database_[family::events]));
  records->SeekToLast();
  // A key that is too short for a campaign's is none of a record.
  while (records->Valid() && records->key().size() < sizeof(std::uint64_t))
    records->Prev();
  if (!records->status().ok())
    return std::unexpected(error_of(records->status(), "cannot find the last campaign"));
  const auto last =
      records->Valid() ? read_big_endian<std::uint64_t>(records->key().data()) : std::uint64_t{0};
  const auto removed = last_removed_campaign(database_);
  if (!removed)
    return removed;
  return campaign_id{std::max(last, removed->value)};
}

result<std::optional<key_record>> rocksdb_journal::find_key(std::string_view key) const {
  const auto value = database_.get(family::keys, key);
  if (!value)
    return std::unexpected(value.error());
  if (!*value)
    return std::nullopt;
  return decode_key_record(key, **value);
}

} // namespace sluice
