#pragma once
// A disk that does as the test says: fails, waits, counts, or loses its power. It lies over the real one;
// a power cut leaves every file as it was last synced, perhaps with some of what came after.

#include <rocksdb/file_system.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace sluice::testing {

class test_disk : public rocksdb::FileSystemWrapper {
public:
  enum class fault { none, sync, write, full, logs_full };

  test_disk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "test_disk"; }

  /// From now on every write (of data; locks and notes still go through) fails so; half of it is done.
  /// `logs_full`: what is appended to logs alone, with which a store can still be opened.
  void fail_with(fault what);
  /// Syncs of logs, or of tables, wait from now on, until `open_gate`.
  enum class files { logs, tables };
  void close_gate(files which = files::logs);
  void open_gate();
  /// Returns once somebody waits at the gate.
  void wait_at_gate();
  std::size_t log_syncs() const;

  /// Nothing reaches the disk any more, and everybody is told that it does.
  void cut_power();
  /// After the power cut, and with nothing open: leaves the files as they were synced, each with
  /// `kept_percent` of the bytes that were not.
  void lose_unsynced(unsigned kept_percent);

  rocksdb::IOStatus NewWritableFile(const std::string& name,
                                    const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from,
                               const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

private:
  class file;
  struct reach {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
  };

  /// What becomes of a write or sync now: it fails, it is swallowed, or it is to be done.
  enum class fate { fails_half_done, fails, swallowed, done };
  fate fate_of_write();
  fate fate_of_append(const std::string& name);
  fate fate_of_sync(const std::string& name);
  rocksdb::IOStatus error() const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  fault fault_ = fault::none;
  bool is_gate_closed_ = false;
  files gated_ = files::logs;
  std::size_t waiting_ = 0;
  std::size_t log_syncs_ = 0;
  bool is_power_cut_ = false;
  std::map<std::string, reach> extents_;
};

} // namespace sluice::testing
