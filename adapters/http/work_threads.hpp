#pragma once
// A few threads for one kind of work, so that no other kind waits behind it. Jobs are taken in the order in which
// they came.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sluice {

/// How much a thread gives way to others where there are fewer processors than work (nice(2)).
enum class work_priority : int { normal = 0, low = 5, lowest = 10 };

class work_threads {
public:
  work_threads(std::size_t count, work_priority priority);
  ~work_threads() { stop(); }
  work_threads(const work_threads&) = delete;
  work_threads& operator=(const work_threads&) = delete;

  /// A job must not throw. After `stop` it is dropped.
  void post(std::function<void()> job);
  /// Finishes what is being done, drops the rest. Idempotent.
  void stop();

private:
  void run(work_priority priority);

  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<std::function<void()>> jobs_;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;
};

} // namespace sluice
