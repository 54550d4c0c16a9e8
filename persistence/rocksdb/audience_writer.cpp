#include "persistence/rocksdb/audience_writer.hpp"

#include "messages/address.hpp"
#include "persistence/audience_info_codec.hpp"
#include "persistence/rocksdb/audience_keys.hpp"
#include "persistence/rocksdb/audiences.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/house_log.hpp"
#include "persistence/rocksdb/journal.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <functional>

namespace sluice {

rocksdb_audience_writer::rocksdb_audience_writer(rocksdb_database& database,
                                                 rocksdb_house_log& house,
                                                 audience_draft draft) :
    database_(database), house_(house), draft_(std::move(draft)) {}

rocksdb_audience_writer::~rocksdb_audience_writer() {
  if (is_committed_)
    return;
  // Where this fails too, the next start deletes it: the mark of the begun import is still there then.
  rocksdb::WriteBatch batch;
  delete_import(batch, database_, draft_.id());
  static_cast<void>(database_.write(batch, durability::logged).has_value());
}

result<std::uint16_t> rocksdb_audience_writer::column(std::string_view name) {
  return draft_.column(name);
}

result<bool> rocksdb_audience_writer::add(const recipient& row) {
  if (broken_)
    return std::unexpected(*broken_);
  if (is_committed_)
    return failure(error_code::internal, "the audience was committed; it takes no more rows");
  if (auto checked = draft_.check_row(row); !checked)
    return std::unexpected(checked.error());
  auto key = address_key(draft_.id(), folded(row.email));
  const auto hash = std::hash<std::string_view>{}(key);
  const auto known = is_known(key, hash);
  if (!known || *known)
    return known ? result<bool>(false) : known;
  draft_.take(row, chunk_);
  chunk_addresses_.emplace_back(hash, std::move(key));
  if (chunk_addresses_.size() >= audience_chunk_rows_max || chunk_.size() >= audience_chunk_bytes_max)
    if (auto written = write_chunk(); !written)
      return std::unexpected(written.error());
  return true;
}

/// Exact: the filter only spares the question for addresses that were certainly not seen.
result<bool> rocksdb_audience_writer::is_known(std::string_view key, std::uint64_t hash) {
  if (!seen_.insert(hash))
    return false;
  for (const auto& [other_hash, other_key] : chunk_addresses_)
    if (other_hash == hash && other_key == key)
      return true;
  const auto stored = database_.get(family::audiences, key);
  if (!stored)
    return std::unexpected(stored.error());
  return stored->has_value();
}

result<void> rocksdb_audience_writer::write_chunk() {
  if (chunk_addresses_.empty())
    return {};
  auto* const audiences = database_[family::audiences];
  rocksdb::WriteBatch batch;
  batch.Put(audiences, rows_key(rows_mark, draft_.id(), chunk_first_), chunk_);
  for (letter_index index = chunk_first_; const auto& [hash, key] : chunk_addresses_)
    batch.Put(audiences, key, big_endian(index++));
  for (const auto& block : draft_.take_blocks())
    batch.Put(audiences, tree_key(draft_.id(), block.level, block.index), block.hashes);
  // Past the log: a million rows would hold up the campaigns' synced writes, and are worth nothing before
  // the commit, which flushes them.
  if (auto written = database_.write(batch, durability::in_memory); !written) {
    broken_ = written.error();
    return written;
  }
  chunk_.clear();
  chunk_addresses_.clear();
  chunk_first_ = draft_.size();
  return {};
}

result<audience_info> rocksdb_audience_writer::commit(const act& done) {
  std::array<rocksdb_audience_writer*, 1> only{this};
  auto made = commit_writers(database_, house_, only, done, {});
  if (!made)
    return std::unexpected(made.error());
  return std::move(made->front());
}

result<audience_info> rocksdb_audience_writer::finish() {
  if (broken_)
    return std::unexpected(*broken_);
  if (is_committed_)
    return failure(error_code::internal, "the audience was committed before");
  if (auto written = write_chunk(); !written)
    return std::unexpected(written.error());
  auto info = draft_.finish();
  if (!info)
    return info;
  rocksdb::WriteBatch batch;
  for (const auto& block : draft_.take_blocks())
    batch.Put(database_[family::audiences], tree_key(draft_.id(), block.level, block.index), block.hashes);
  if (auto written = database_.write(batch, durability::in_memory); !written) {
    broken_ = written.error();
    return std::unexpected(written.error());
  }
  return info;
}

result<std::vector<audience_info>> commit_writers(rocksdb_database& database,
                                                  rocksdb_house_log& house,
                                                  std::span<rocksdb_audience_writer* const> writers,
                                                  const act& done,
                                                  const audience_key_maker& key) {
  std::vector<audience_info> made;
  for (auto* one : writers) {
    auto info = one->finish();
    if (!info)
      return std::unexpected(info.error());
    made.push_back(*std::move(info));
  }
  const auto give_up = [&](const error& why) {
    for (auto* one : writers)
      one->broken_ = why;
    return std::unexpected(why);
  };
  if (auto flushed = database.flush(family::audiences); !flushed)
    return give_up(flushed.error());
  std::vector<house_event> events;
  for (const auto& one : made)
    events.push_back({done.at, done.by, house::audience_imported{one.id, one.name, one.size, one.hash}});
  const auto recorded = house.record(std::move(events), [&](rocksdb::WriteBatch& batch) {
    auto* const audiences = database[family::audiences];
    for (std::size_t at = 0; at < made.size(); ++at) {
      const auto id = made[at].id;
      batch.Put(audiences, audience_key(info_mark, id), encode_audience_info(made[at]));
      if (const auto& how = writers[at]->how_) {
        batch.Put(audiences, audience_key(import_mark, id), encode_import_summary(how->summary));
        batch.Put(audiences, audience_key(left_out_mark, id), encode_left_out(how->left_out));
      }
      batch.Delete(audiences, audience_key(begun_mark, id));
    }
    if (key)
      put_key(batch, database, key(made));
  });
  if (!recorded)
    return give_up(recorded.error());
  for (auto* one : writers)
    one->is_committed_ = true;
  return made;
}

void delete_content(rocksdb::WriteBatch& batch, const rocksdb_database& database, audience_id id) {
  for (const auto mark : content_marks)
    delete_prefix(batch, database[family::audiences], audience_key(mark, id));
}

void delete_import(rocksdb::WriteBatch& batch, const rocksdb_database& database, audience_id id) {
  delete_content(batch, database, id);
  batch.Delete(database[family::audiences], audience_key(begun_mark, id));
}

} // namespace sluice
