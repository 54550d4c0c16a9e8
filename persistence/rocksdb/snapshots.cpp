// The family `snapshots`: under the campaign (8 bytes, big-endian)
//
//   8 bytes   the number of the last event that it holds, big-endian
//   32 bytes  the hash of that event's record
//   the rest  the state, see actors/core/state_codec.hpp

#include "persistence/rocksdb/snapshots.hpp"

#include "persistence/big_endian.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/rocksdb/database.hpp"

#include <rocksdb/write_batch.h>

#include <array>
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
  if (value.state.size() > snapshot_bytes_max)
    return;
  const std::shared_lock guard(changing_);
  const auto hash = stored_hash(database_, campaign, value.number);
  if (!hash)
    return;
  const auto key = big_endian(campaign.value);
  const auto number = big_endian(value.number);
  // From its pieces, so that the state, which may be megabytes, is copied into the batch only.
  const rocksdb::Slice key_slice(key);
  const std::array pieces{slice(number), slice(as_text(*hash)), slice(value.state)};
  rocksdb::WriteBatch batch;
  if (!batch
           .Put(database_[family::snapshots], rocksdb::SliceParts(&key_slice, 1),
                rocksdb::SliceParts(pieces.data(), static_cast<int>(pieces.size())))
           .ok())
    return;
  // A snapshot that the disk does not take costs time at the next restart and nothing else; a disk that
  // fails shows where something hangs on it.
  static_cast<void>(database_.write(batch, durability::logged).has_value());
}

std::optional<snapshot> rocksdb_snapshots::load(campaign_id campaign) const {
  rocksdb::PinnableSlice bytes; // where it lies already, as a rule
  const auto status =
      database_.db().Get({}, database_[family::snapshots], big_endian(campaign.value), &bytes);
  if (!status.ok() || bytes.size() < state_offset)
    return std::nullopt;
  const auto text = view(bytes);
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
