#pragma once
// Deletes the rows of audiences that are no more, some at a time, on a thread of its own, which lives while there is something to
// do: of those that were deleted, and what broken-off imports left. What a stop cuts short stays marked (`is_garbage`) and is
// begun again at the next start of any node.

#include "messages/id.hpp"

#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

namespace sluice {

class postgres_database;

class postgres_audience_cleaner {
public:
  /// `database` outlives it. `importer`: the node whose broken-off imports it takes for garbage.
  postgres_audience_cleaner(const postgres_database& database, std::int64_t importer) :
      database_(database), importer_(importer) {}
  /// Breaks off what is under way.
  ~postgres_audience_cleaner();
  postgres_audience_cleaner(const postgres_audience_cleaner&) = delete;
  postgres_audience_cleaner& operator=(const postgres_audience_cleaner&) = delete;

  /// Returns at once. One that has become visible stays as it is. Any thread.
  void clean_up(audience_id gone);
  /// Waits until nothing is left to do. Not while another thread calls clean_up.
  void finish();

private:
  void work();
  void clean(audience_id gone);

  const postgres_database& database_;
  const std::int64_t importer_;
  std::atomic<bool> is_stopping_ = false;
  std::mutex mutex_;
  std::deque<audience_id> waiting_; ///< guarded by mutex_, as what follows
  bool is_working_ = false;
  std::thread worker_;
};

} // namespace sluice
