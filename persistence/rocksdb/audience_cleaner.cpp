#include "persistence/rocksdb/audience_cleaner.hpp"

#include "persistence/rocksdb/audience_keys.hpp"
#include "persistence/rocksdb/database.hpp"

#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

namespace sluice {

audience_cleaner::~audience_cleaner() {
  is_stopping_ = true;
  finish();
}

void audience_cleaner::finish() {
  std::thread last;
  {
    const std::lock_guard guard(mutex_);
    last = std::move(worker_);
  }
  if (last.joinable())
    last.join();
}

void audience_cleaner::clean_up(audience_id deleted) {
  const std::lock_guard guard(mutex_);
  waiting_.push_back(deleted);
  if (is_working_)
    return;
  // The one before has left its loop, and needs the lock no more.
  if (worker_.joinable())
    worker_.join();
  is_working_ = true;
  worker_ = std::thread([this] { work(); });
}

void audience_cleaner::work() {
  for (;;) {
    audience_id next;
    {
      const std::lock_guard guard(mutex_);
      if (waiting_.empty() || is_stopping_) {
        is_working_ = false;
        return;
      }
      next = waiting_.front();
      waiting_.pop_front();
    }
    compact(next);
  }
}

/// Where it fails the mark stays, for the next start: nothing but room on the disk hangs on it.
void audience_cleaner::compact(audience_id deleted) {
  auto* const audiences = database_[family::audiences];
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false; // imports' tables are merged beside it
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  options.canceled = &is_stopping_;
  for (const auto mark : content_marks) {
    const auto begin = audience_key(mark, deleted);
    const auto end = prefix_end(begin);
    const auto begin_slice = slice(begin);
    const auto end_slice = slice(end);
    if (!database_.db().CompactRange(options, audiences, &begin_slice, &end_slice).ok())
      return;
  }
  rocksdb::WriteBatch batch;
  batch.Delete(audiences, audience_key(garbage_mark, deleted));
  static_cast<void>(database_.write(batch, durability::logged).has_value());
}

} // namespace sluice
