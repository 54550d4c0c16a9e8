#include "persistence/rocksdb/removed_campaigns.hpp"

#include "persistence/big_endian.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/house_log.hpp"
#include "persistence/rocksdb/snapshots.hpp"

#include <nlohmann/json.hpp>
#include <rocksdb/write_batch.h>

#include <limits>
#include <memory>
#include <mutex>
#include <string>

namespace sluice {

namespace {

constexpr std::string_view garbage_prefix = "garbage/";

std::string removal_key(std::string_view prefix, campaign_id id) {
  return std::string{prefix} + big_endian(id.value);
}

/// Nothing of a key that is none of ours.
std::optional<campaign_id> removed_id_in(std::string_view key, std::string_view prefix) {
  if (!key.starts_with(prefix) || key.size() != prefix.size() + sizeof(std::uint64_t))
    return std::nullopt;
  return campaign_id{read_big_endian<std::uint64_t>(key.data() + prefix.size())};
}

std::unique_ptr<rocksdb::Iterator> meta_records(const rocksdb_database& database) {
  return std::unique_ptr<rocksdb::Iterator>(database.db().NewIterator({}, database[family::meta]));
}

/// Nothing where the mark is none of the campaign, or there is none.
result<std::vector<campaign_id>> garbage_in(const rocksdb_database& database) {
  std::vector<campaign_id> found;
  const auto marks = meta_records(database);
  for (marks->Seek(slice(garbage_prefix)); marks->Valid(); marks->Next()) {
    if (!view(marks->key()).starts_with(garbage_prefix))
      break;
    if (const auto id = removed_id_in(view(marks->key()), garbage_prefix))
      found.push_back(*id);
  }
  if (!marks->status().ok())
    return std::unexpected(error_of(marks->status(), "cannot read which campaigns were removed"));
  return found;
}

} // namespace

std::string encode_removed(const removed_campaign& one) {
  std::string value;
  nlohmann::json::to_cbor({{"at", one.at.time_since_epoch().count()},
                           {"over_since", one.over_since.time_since_epoch().count()},
                           {"audience", one.audience.value}},
                          value);
  return value;
}

result<removed_campaign> decode_removed(campaign_id id, std::string_view value) {
  const auto body = nlohmann::json::from_cbor(value.begin(), value.end(), true, false);
  const auto has = [&](const char* field) {
    return body.is_object() && body.contains(field) && body[field].is_number_integer();
  };
  if (!has("at") || !has("over_since") || !has("audience"))
    return failure(error_code::corrupt, notice{"removed_unreadable", {{"campaign", to_string(id)}}});
  return removed_campaign{.id = id,
                          .at = timestamp(milliseconds(body["at"].get<std::int64_t>())),
                          .over_since = timestamp(milliseconds(body["over_since"].get<std::int64_t>())),
                          .audience = {body["audience"].get<std::uint64_t>()}};
}

rocksdb_removed_campaigns::rocksdb_removed_campaigns(rocksdb_database& database,
                                                     rocksdb_house_log& house,
                                                     rocksdb_snapshots& snapshots) :
    database_(database), house_(house), snapshots_(snapshots), cleaner_(database) {
  free_space();
}

result<void> rocksdb_removed_campaigns::remove(house::campaign_removed what, const act& done) {
  if (auto writable = database_.check_writable(); !writable)
    return writable;
  const removed_campaign kept{what.campaign, done.at, what.over_since, what.audience};
  const rocksdb_journal::removal removed{kept.id, end_of(what)};
  const std::unique_lock guard(snapshots_.changing());
  const auto recorded = house_.record(
      {{done.at, done.by, std::move(what)}},
      [&](rocksdb::WriteBatch& batch) {
        batch.Delete(database_[family::snapshots], big_endian(kept.id.value));
        batch.Put(database_[family::meta], removal_key(removed_prefix, kept.id), encode_removed(kept));
        batch.Put(database_[family::meta], removal_key(garbage_prefix, kept.id), {});
      },
      removed);
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

result<std::optional<removed_campaign>> rocksdb_removed_campaigns::find(campaign_id id) const {
  const auto value = database_.get(family::meta, removal_key(removed_prefix, id));
  if (!value)
    return std::unexpected(value.error());
  if (!*value)
    return std::nullopt;
  auto found = decode_removed(id, **value);
  if (!found)
    return std::unexpected(found.error());
  return *found;
}

result<void>
rocksdb_removed_campaigns::visit(const std::function<void(const removed_campaign&)>& visitor) const {
  const auto records = meta_records(database_);
  for (records->Seek(slice(removed_prefix)); records->Valid(); records->Next()) {
    if (!view(records->key()).starts_with(removed_prefix))
      break;
    const auto id = removed_id_in(view(records->key()), removed_prefix);
    if (!id)
      continue;
    const auto one = decode_removed(*id, view(records->value()));
    if (!one)
      return std::unexpected(one.error());
    visitor(*one);
  }
  if (!records->status().ok())
    return std::unexpected(error_of(records->status(), "cannot read which campaigns were removed"));
  return {};
}

void rocksdb_removed_campaigns::free_space() {
  if (!database_.check_writable())
    return;
  // What cannot be read now is done at the next start: nothing but room on the disk hangs on it.
  const auto removed = garbage_in(database_);
  if (!removed || removed->empty())
    return;
  const auto begin = big_endian(removed->front().value);
  const auto end = prefix_end(big_endian(removed->back().value));
  deleted_ranges deleted{.ranges = {{family::events, begin, end}, {family::snapshots, begin, end}},
                         .marks_of = family::meta,
                         .marks = {}};
  for (const auto id : *removed)
    deleted.marks.push_back(removal_key(garbage_prefix, id));
  cleaner_.clean_up(std::move(deleted));
}

result<campaign_id> last_removed_campaign(const rocksdb_database& database) {
  const auto records = meta_records(database);
  records->SeekForPrev(slice(removal_key(removed_prefix, {std::numeric_limits<std::uint64_t>::max()})));
  if (!records->status().ok())
    return std::unexpected(error_of(records->status(), "cannot read which campaigns were removed"));
  if (!records->Valid())
    return campaign_id{};
  return removed_id_in(view(records->key()), removed_prefix).value_or(campaign_id{});
}

} // namespace sluice
