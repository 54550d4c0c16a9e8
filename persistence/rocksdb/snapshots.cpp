// The family `snapshots`: under the campaign (8 bytes, big-endian)
//
//   8 bytes   the number of the last event that it holds, big-endian
//   32 bytes  the hash of that event's record
//   the rest  the state, see actors/state_codec.hpp

#include "persistence/rocksdb/snapshots.hpp"

#include "persistence/big_endian.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/rocksdb/database.hpp"

#include <rocksdb/write_batch.h>

#include <cstring>
#include <memory>

namespace sluice {

namespace {

constexpr std::size_t state_offset = 8 + std::tuple_size_v<sha256_hash>;

/// The hash of an event's record; nothing if there is no such event, or it cannot be read.
std::optional<sha256_hash>
stored_hash(const rocksdb_database& database, campaign_id campaign, event_number number) {
  const auto value = database.get(family::events, record_key(campaign, number));
  if (!value || !*value)
    return std::nullopt;
  return record_hash(campaign, number, **value);
}

} // namespace

void rocksdb_snapshots::save(campaign_id campaign, const snapshot& value) {
  const auto hash = stored_hash(database_, campaign, value.number);
  if (!hash)
    return;
  std::string bytes;
  bytes.reserve(state_offset + value.state.size());
  append_big_endian(bytes, value.number);
  bytes.append(as_text(*hash));
  bytes.append(value.state);
  rocksdb::WriteBatch batch;
  batch.Put(database_[family::snapshots], big_endian(campaign.value), bytes);
  // A snapshot that the disk does not take costs time at the next restart and nothing else; a disk that
  // fails shows where something hangs on it.
  static_cast<void>(database_.write(batch, durability::logged).has_value());
}

std::optional<snapshot> rocksdb_snapshots::load(campaign_id campaign) const {
  const auto bytes = database_.get(family::snapshots, big_endian(campaign.value));
  if (!bytes || !*bytes || (*bytes)->size() < state_offset)
    return std::nullopt;
  const std::string_view text(**bytes);
  const auto number = read_big_endian<std::uint64_t>(text.data());
  const auto hash = stored_hash(database_, campaign, number);
  if (!hash || as_text(*hash) != text.substr(8, hash->size()))
    return std::nullopt;
  return snapshot{.number = number, .state = std::string(text.substr(state_offset))};
}

result<std::vector<snapshot_mark>> rocksdb_snapshots::marks() const {
  std::vector<snapshot_mark> found;
  const std::unique_ptr<rocksdb::Iterator> entries(
      database_.db().NewIterator({}, database_[family::snapshots]));
  for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
    const auto key = entries->key();
    const auto value = entries->value();
    if (key.size() != 8 || value.size() < state_offset)
      continue; // a cache's entry that nobody would read
    snapshot_mark mark{.campaign = {read_big_endian<std::uint64_t>(key.data())},
                       .number = read_big_endian<std::uint64_t>(value.data()),
                       .hash = {}};
    std::memcpy(mark.hash.data(), value.data() + 8, mark.hash.size());
    found.push_back(mark);
  }
  if (!entries->status().ok())
    return std::unexpected(error_of(entries->status(), "cannot read the snapshots"));
  return found;
}

} // namespace sluice
