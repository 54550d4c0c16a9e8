#include "persistence/rocksdb/range_cleaner.hpp"

#include "persistence/rocksdb/database.hpp"

#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <utility>

namespace sluice {

range_cleaner::~range_cleaner() {
  is_stopping_ = true;
  finish();
}

void range_cleaner::finish() {
  std::thread last;
  {
    const std::lock_guard guard(mutex_);
    last = std::move(worker_);
  }
  if (last.joinable())
    last.join();
}

void range_cleaner::clean_up(deleted_ranges deleted) {
  const std::lock_guard guard(mutex_);
  waiting_.push_back(std::move(deleted));
  if (is_working_)
    return;
  // The one before has left its loop, and needs the lock no more.
  if (worker_.joinable())
    worker_.join();
  is_working_ = true;
  worker_ = std::thread([this] { work(); });
}

void range_cleaner::work() {
  for (;;) {
    deleted_ranges next;
    {
      const std::lock_guard guard(mutex_);
      if (waiting_.empty() || is_stopping_) {
        is_working_ = false;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    compact(next);
  }
}

/// Where it fails the marks stay, for the next start: nothing but room on the disk hangs on it.
void range_cleaner::compact(const deleted_ranges& deleted) {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false; // imports' tables are merged beside it
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  options.canceled = &is_stopping_;
  for (const auto& [of, begin, end] : deleted.ranges) {
    const auto begin_slice = slice(begin);
    const auto end_slice = slice(end);
    if (!database_.db().CompactRange(options, database_[of], &begin_slice, &end_slice).ok())
      return;
  }
  rocksdb::WriteBatch batch;
  for (const auto& mark : deleted.marks)
    batch.Delete(database_[deleted.marks_of], mark);
  static_cast<void>(database_.write(batch, durability::logged).has_value());
}

} // namespace sluice
