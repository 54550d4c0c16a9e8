#pragma once
// The one RocksDB of a data folder, as the rocksdb_*.cpp see it: opened and checked, its column families by
// name, and every write through one place that knows how to go on after the disk has failed.

#include "persistence/rocksdb/data_folder.hpp"
#include "persistence/rocksdb/old_keys_filter.hpp"
#include "persistence/store.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>

namespace sluice {

/// The column families; the order is of no meaning on disk.
enum class family : std::uint8_t { meta, events, audiences, suppressions, snapshots, tokens, keys };

inline constexpr std::size_t family_count = 7;

/// What a write waits for.
enum class durability : std::uint8_t {
  synced,    ///< on the disk when it returns
  logged,    ///< survives the process; the next synced write takes it to the disk
  in_memory, ///< on the disk once its family was flushed
};

/// Slices and string views are the same thing to us.
inline rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view view(const rocksdb::Slice& text) {
  return {text.data(), text.size()};
}

/// What a status says, as an error; `doing` begins the message.
error error_of(const rocksdb::Status& status, std::string_view doing);

class rocksdb_database {
public:
  /// See open_store. `files` is what the disk is reached through.
  static result<std::unique_ptr<rocksdb_database>>
  open(const std::filesystem::path& folder, open_mode mode, std::shared_ptr<rocksdb::FileSystem> files);
  ~rocksdb_database();
  rocksdb_database(const rocksdb_database&) = delete;
  rocksdb_database& operator=(const rocksdb_database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* operator[](family which) const {
    return families_[static_cast<std::size_t>(which)];
  }

  /// `not_permitted` when it was opened for reading.
  result<void> check_writable() const;
  /// Writes all or nothing. After a failed one, the next tries to bring the database back first.
  result<void> write(rocksdb::WriteBatch& batch, durability wanted);
  /// Takes to the disk what a family has in memory.
  result<void> flush(family which);
  /// A value; nothing if there is none.
  result<std::optional<std::string>> get(family from, std::string_view key) const;

  old_keys_filter& old_keys() { return old_keys_; }

private:
  rocksdb_database() = default;
  result<void> open_for_writing(const std::filesystem::path& folder);
  result<void> open_for_reading(const std::filesystem::path& folder);
  result<void> open_once_for_reading(const std::filesystem::path& folder);
  void close();
  result<void> check_format(const std::filesystem::path& folder);
  result<void> resume();
  rocksdb::Options options() const;

  // Destroyed from the last to the first: the lock is let go when the database is closed.
  folder_lock lock_;
  std::shared_ptr<rocksdb::FileSystem> files_;
  std::unique_ptr<rocksdb::Env> env_;
  old_keys_filter old_keys_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> families_{};
  open_mode mode_ = open_mode::read_only;
  std::atomic<bool> has_failed_ = false;
  std::mutex resuming_;
};

/// A writer's batch that deletes every key that begins with `prefix`.
void delete_prefix(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* from, std::string_view prefix);

/// The first key behind all that begin with `prefix`, which is not all 0xff.
std::string prefix_end(std::string_view prefix);

} // namespace sluice
