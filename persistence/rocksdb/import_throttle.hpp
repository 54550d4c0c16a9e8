#pragma once
// Holds imports back. RocksDB, when it falls behind with the tables of one column family, holds back the writers
// of all: an import would delay claims and pauses. So an import waits here, before RocksDB gets that far.

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

namespace sluice {

class import_throttle {
public:
  /// Returns once `is_behind` is false; it is asked again after each `on_progress`.
  void wait_while(const std::function<bool()>& is_behind);
  /// RocksDB has finished a table, or will finish none: any thread.
  void on_progress();
  /// How many imports wait now. Any thread.
  std::size_t waiting() const;

private:
  mutable std::mutex mutex_;
  std::condition_variable progress_;
  std::size_t waiting_ = 0;
};

} // namespace sluice
