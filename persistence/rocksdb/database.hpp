#pragma once
// The one RocksDB of a data folder, as this room sees it: opened and checked, its column families by name, and every
// write through one place that knows how to go on after the disk has failed.

#include "persistence/rocksdb/data_folder.hpp"
#include "persistence/rocksdb/environment.hpp"
#include "persistence/rocksdb/import_throttle.hpp"
#include "persistence/rocksdb/old_keys_filter.hpp"
#include "persistence/rocksdb/running_time.hpp"
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
enum class family : std::uint8_t {
  meta,
  events,
  audiences,
  suppressions,
  snapshots,
  tokens,
  keys,
  partials,
  attachments
};

inline constexpr std::size_t family_count = 9;

/// What a write waits for.
enum class durability : std::uint8_t {
  synced,    ///< on the disk when it returns
  logged,    ///< survives the process; the next synced write takes it to the disk
  in_memory, ///< an import's: on the disk once its family was flushed
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
  /// See open_store.
  static result<std::unique_ptr<rocksdb_database>>
  open(const std::filesystem::path& folder, open_mode mode, rocksdb_environment environment);
  ~rocksdb_database();
  rocksdb_database(const rocksdb_database&) = delete;
  rocksdb_database& operator=(const rocksdb_database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  /// False for one that came later than the store, which is open for reading only: nothing is in it.
  bool has(family which) const { return (*this)[which] != nullptr; }
  rocksdb::ColumnFamilyHandle* operator[](family which) const {
    return families_[static_cast<std::size_t>(which)];
  }

  /// `not_permitted` when it was opened for reading.
  result<void> check_writable() const;
  /// Writes all or nothing. After a failed one, the next tries to bring the database back first. An import's waits
  /// while RocksDB is behind with its tables.
  result<void> write(rocksdb::WriteBatch& batch, durability wanted);
  /// Takes to the disk what a family has in memory.
  result<void> flush(family which);
  /// Takes to the disk what all have in memory, so that the log of writes begins anew.
  result<void> flush_all();
  /// Writes the tables anew that hold a key, so that no older value of it is left in any.
  result<void> rewrite_key(family of, std::string_view key);
  /// Begins a new manifest: the one before names keys of tables that are no more.
  result<void> renew_manifest();
  /// A value; nothing if there is none.
  result<std::optional<std::string>> get(family from, std::string_view key) const;

  /// See store::condition. Any thread.
  store_condition condition() const;
  /// How long ago a write was last tried that the disk had to take. Any thread.
  milliseconds since_last_write() const;
  /// See store::secret.
  const std::string& secret() const { return secret_; }
  /// 32 random bytes, from the environment.
  result<std::string> make_secret() const { return make_secret_(); }
  /// What makes a copy that is complete a store as any other.
  void put_format(rocksdb::WriteBatch& batch) const;
  timestamp now() const { return now_(); }
  /// The engine's running time.
  const running_time& running() const { return running_; }
  /// How many imports wait for RocksDB. Any thread.
  std::size_t imports_waiting() const { return throttle_.waiting(); }

private:
  class background_listener;

  explicit rocksdb_database(open_mode mode, rocksdb_environment environment);
  result<void> open_for_writing(const std::filesystem::path& folder);
  result<void> open_for_reading(const std::filesystem::path& folder);
  result<void> open_once_for_reading(const std::filesystem::path& folder);
  void close();
  result<void> check_format(const std::filesystem::path& folder);
  result<void> check_copying(const std::filesystem::path& folder, bool is_copying) const;
  result<void> resume();
  result<void> keep_resumable();
  result<void> complete_meta();
  rocksdb::Options options() const;
  bool is_behind_with_imports() const;
  std::unexpected<error> record_failure(const rocksdb::Status& status);
  /// `failures`: how many were known when the write that went well began.
  void record_success(std::uint64_t failures);

  open_mode mode_;
  clock_source now_;
  std::function<milliseconds()> process_running_;
  std::function<result<std::string>()> make_secret_;
  std::string copied_secret_;
  std::string secret_;
  running_time running_;
  old_keys_filter old_keys_{running_};
  import_throttle throttle_;

  std::atomic<bool> has_failed_ = false;    ///< the last write: `condition_` says why
  std::atomic<milliseconds> last_write_at_; ///< the process's running time
  mutable std::mutex condition_mutex_;      ///< guards what follows
  store_condition condition_;
  std::uint64_t failures_ = 0; ///< so far

  std::mutex resuming_;
  // Destroyed from the last to the first: the lock is let go when the database is closed.
  folder_lock lock_;
  std::shared_ptr<rocksdb::FileSystem> files_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> families_{};
};

/// A writer's batch that deletes every key that begins with `prefix`.
void delete_prefix(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* from, std::string_view prefix);

/// The first key behind all that begin with `prefix`, which is not all 0xff.
std::string prefix_end(std::string_view prefix);

} // namespace sluice
