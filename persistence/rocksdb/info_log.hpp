#pragma once
// What RocksDB has to tell, in the file LOG of the data folder; the one of the process before is LOG.old.
//
// RocksDB's own writer of this file goes on after a line that could not be written, and Debian's RocksDB, which has
// its assertions on, then ends the process: on a full disk the engine would die of its notes. This one drops what it
// cannot write.

#include <rocksdb/env.h>

#include <filesystem>
#include <mutex>

namespace sluice {

class rocksdb_info_log final : public rocksdb::Logger {
public:
  /// Warnings and worse. Writes nothing when the file cannot be made.
  explicit rocksdb_info_log(const std::filesystem::path& folder);
  ~rocksdb_info_log() override;
  rocksdb_info_log(const rocksdb_info_log&) = delete;
  rocksdb_info_log& operator=(const rocksdb_info_log&) = delete;

  using rocksdb::Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override;

private:
  std::mutex mutex_;
  int descriptor_ = -1;
  std::size_t bytes_ = 0;
};

} // namespace sluice
