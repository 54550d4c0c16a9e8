#pragma once
// Takes the bytes of what was deleted off the disk: it has RocksDB compact the ranges of its keys, one after the other, on a
// thread of its own, which lives while there is something to do. What a stop or a crash cut short stays marked and is begun
// again at the next start.

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sluice {

class rocksdb_database;
enum class family : std::uint8_t;

/// Keys from `begin` on, up to `end` and without it.
struct key_range {
  family of{};
  std::string begin;
  std::string end;
};

/// Deleted keys whose bytes may be on the disk still, and the keys that say so: these go when they are not any more.
struct deleted_ranges {
  std::vector<key_range> ranges;
  family marks_of{};
  std::vector<std::string> marks;
};

class range_cleaner {
public:
  /// `database` outlives it.
  explicit range_cleaner(rocksdb_database& database) : database_(database) {}
  /// Breaks off what is under way.
  ~range_cleaner();
  range_cleaner(const range_cleaner&) = delete;
  range_cleaner& operator=(const range_cleaner&) = delete;

  /// Returns at once. Any thread.
  void clean_up(deleted_ranges deleted);
  /// Waits until nothing is left to do. Not while another thread calls clean_up.
  void finish();

private:
  void work();
  void compact(const deleted_ranges& deleted);

  rocksdb_database& database_;
  std::atomic<bool> is_stopping_ = false;
  std::mutex mutex_;
  std::deque<deleted_ranges> waiting_; ///< guarded by mutex_, as what follows
  bool is_working_ = false;
  std::thread worker_;
};

} // namespace sluice
