#pragma once
// A file system as RocksDB sees it, whose write errors are ones that it can go on from.
//
// RocksDB takes a failed write of its log for fatal and wants the process restarted, unless the file system
// says that trying again may help. On a full or flaky disk it does: after DB::Resume() everything that was
// acknowledged is flushed from memory to new files and the damaged log is left behind, so that nothing
// hangs on what the failed write left in it.

#include <rocksdb/file_system.h>

#include <memory>

namespace sluice {

/// `base` with every error of a write, sync, rename or new file marked as one to try again after.
std::shared_ptr<rocksdb::FileSystem> make_resumable(std::shared_ptr<rocksdb::FileSystem> base);

} // namespace sluice
