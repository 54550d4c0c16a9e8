#pragma once
// Takes the bytes of deleted audiences off the disk: it has RocksDB compact their ranges, one audience after the other,
// on a thread of its own, which lives while there is something to do. What a stop or a crash cut short stays marked
// (garbage_mark) and is begun again at the next start.

#include "messages/id.hpp"

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

namespace sluice {

class rocksdb_database;

class audience_cleaner {
public:
  /// `database` outlives it.
  explicit audience_cleaner(rocksdb_database& database) : database_(database) {}
  /// Breaks off what is under way.
  ~audience_cleaner();
  audience_cleaner(const audience_cleaner&) = delete;
  audience_cleaner& operator=(const audience_cleaner&) = delete;

  /// Returns at once. Any thread.
  void clean_up(audience_id deleted);
  /// Waits until nothing is left to do. Not while another thread calls clean_up.
  void finish();

private:
  void work();
  void compact(audience_id deleted);

  rocksdb_database& database_;
  std::atomic<bool> is_stopping_ = false;
  std::mutex mutex_;
  std::deque<audience_id> waiting_; ///< guarded by mutex_, as what follows
  bool is_working_ = false;
  std::thread worker_;
};

} // namespace sluice
