#include "actors/store_pool.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

namespace sluice {

namespace {

constexpr std::size_t at(job_kind kind) {
  return static_cast<std::size_t>(kind);
}

} // namespace

store_pool::store_pool(std::size_t threads) : thread_count_(threads) {
  for (std::size_t made = 0; made < threads; ++made)
    threads_.emplace_back([this] { work(); });
}

store_pool::~store_pool() {
  stop();
}

error store_pool::error_of(const std::exception& thrown) {
  spdlog::error("a job of the store's threads broke off: {}", thrown.what());
  return {error_code::internal, thrown.what()};
}

void store_pool::finish(job& one, const std::optional<error>& refused) {
  try {
    one(refused);
  } catch (const std::exception& thrown) {
    spdlog::error("the answer of a job of the store's threads was not taken: {}", thrown.what());
  }
}

void store_pool::put(job_kind kind, job one) {
  std::optional<error> refused;
  {
    const std::lock_guard lock(mutex_);
    auto& queue = waiting_[at(kind)];
    if (is_stopped_)
      refused = error{error_code::unavailable, "the engine is shutting down; try again when it is back"};
    else if (queue.size() >= waiting_max)
      refused = error{error_code::unavailable, "too much work waits for the disk; try again"};
    else
      queue.push_back(std::move(one));
  }
  if (refused)
    finish(one, refused);
  else
    has_work_.notify_one();
}

/// The kind of the job that may be begun now; nothing: none waits, or the threads that are left are kept for others.
std::optional<job_kind> store_pool::next() const {
  const auto looks = running_[at(job_kind::look)];
  const auto others = looks + running_[at(job_kind::letters)];
  const auto may_begin = [&](job_kind kind) {
    if (kind == job_kind::command || thread_count_ < 2)
      return true;
    return others + 1 < thread_count_ && (kind == job_kind::letters || looks < thread_count_ / 2);
  };
  for (const auto kind : {job_kind::command, job_kind::letters, job_kind::look})
    if (!waiting_[at(kind)].empty() && may_begin(kind))
      return kind;
  return std::nullopt;
}

store_pool::job store_pool::take(job_kind kind) {
  auto& queue = waiting_[at(kind)];
  auto one = std::move(queue.front());
  queue.pop_front();
  return one;
}

bool store_pool::run_one() {
  job one;
  {
    const std::lock_guard lock(mutex_);
    const auto kind = next();
    if (!kind)
      return false;
    one = take(*kind);
  }
  finish(one, std::nullopt);
  return true;
}

std::size_t store_pool::waiting() const {
  const std::lock_guard lock(mutex_);
  std::size_t all = 0;
  for (const auto& queue : waiting_)
    all += queue.size();
  return all;
}

void store_pool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    has_work_.wait(lock, [this] { return is_stopped_ || next(); });
    if (is_stopped_)
      return;
    const auto kind = *next();
    auto one = take(kind);
    ++running_[at(kind)];
    lock.unlock();
    finish(one, std::nullopt);
    one = nullptr;
    lock.lock();
    --running_[at(kind)];
    // A thread that is free now may begin what was kept waiting for it.
    if (next())
      has_work_.notify_one();
  }
}

void store_pool::stop() {
  std::array<std::deque<job>, job_kind_count> left;
  std::vector<std::jthread> threads;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    left.swap(waiting_);
    threads.swap(threads_);
  }
  has_work_.notify_all();
  const std::optional<error> refused =
      error{error_code::unavailable, "the engine is shutting down; try again when it is back"};
  for (auto& queue : left)
    for (auto& one : queue)
      finish(one, refused);
  for (auto& thread : threads)
    thread.join();
}

} // namespace sluice
