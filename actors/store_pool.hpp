#pragma once
// The threads for work that blocks: reading logs, snapshots and audiences, rendering letters, moderation's checks,
// audits. CAF's scheduler has few threads, and a handler that waits for the disk would keep every campaign waiting.
//
// An actor asks by `run` and goes on; the answer comes to it as a message that `done` sends. Commands go before
// letters, letters before looks, those of one kind in their order; and a command always finds a thread, since letters
// and looks never take the last one (nor looks more than half of them).

#include "messages/error.hpp"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice {

/// Who waits: somebody who commanded something, the relay, somebody who looks.
enum class job_kind : std::uint8_t { command, letters, look };
inline constexpr std::size_t job_kind_count = 3;

class store_pool {
public:
  /// Jobs of one kind that wait; more are refused with `unavailable`.
  static constexpr std::size_t waiting_max = 65'536;

  /// With 0 threads jobs wait until `run_one` is called: so tests and the simulation decide when each is done.
  explicit store_pool(std::size_t threads);
  ~store_pool();
  store_pool(const store_pool&) = delete;
  store_pool& operator=(const store_pool&) = delete;

  /// Has `work` done, which answers a `result<T>`, and calls `done` once with that: on a thread of the pool, or on the
  /// caller's, before this returns, when the pool is full or has ended (`unavailable`). What `work` throws is
  /// `internal`. `done` should only send a message; what it throws is logged.
  template <class Work, class Done>
  void run(job_kind kind, Work work, Done done) {
    using answer = std::invoke_result_t<Work&>;
    put(kind, [work = std::move(work), done = std::move(done)](const std::optional<error>& refused) mutable {
      auto made = refused ? answer(std::unexpected(*refused)) : attempt<answer>(std::move(work));
      done(std::move(made));
    });
  }

  /// Does the job that is next, here. False: none waits.
  bool run_one();
  std::size_t waiting() const;

  /// Refuses all that comes, and letters and looks that wait; returns when what is under way and the commands' jobs
  /// are done (without threads these are refused too). Idempotent; not from a job.
  void stop();

private:
  using job = std::move_only_function<void(const std::optional<error>& refused)>;

  /// What the work holds on to is free when this returns: whoever gets the answer may end the store.
  template <class Answer, class Work>
  static Answer attempt(Work work) {
    try {
      return std::move(work)();
    } catch (const std::exception& thrown) {
      return std::unexpected(error_of(thrown));
    }
  }

  static error error_of(const std::exception& thrown);
  static void finish(job& one, const std::optional<error>& refused);
  void put(job_kind kind, job one);
  std::optional<job_kind> next() const;
  job take(job_kind kind);
  void work();

  const std::size_t thread_count_;
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::array<std::deque<job>, job_kind_count> waiting_;
  std::array<std::size_t, job_kind_count> running_{};
  bool is_stopped_ = false;
  std::vector<std::jthread> threads_;
};

} // namespace sluice
