#include "adapters/http/work_threads.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace sluice {

work_threads::work_threads(std::size_t count, work_priority priority) {
  for (std::size_t number = 0; number < count; ++number)
    threads_.emplace_back([this, priority] { run(priority); });
}

void work_threads::post(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_)
      return;
    jobs_.push_back(std::move(job));
  }
  has_work_.notify_one();
}

void work_threads::stop() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    dropped.swap(jobs_);
  }
  has_work_.notify_all();
  dropped.clear();
  for (auto& one : threads_)
    if (one.joinable())
      one.join();
}

void work_threads::run(work_priority priority) {
  // On Linux a thread has a niceness of its own (setpriority(2), "C library/kernel differences").
  if (priority != work_priority::normal)
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), static_cast<int>(priority));
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      has_work_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
      if (is_stopping_)
        return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

} // namespace sluice
