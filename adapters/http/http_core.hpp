#pragma once
// What all connections share: the limits, the threads by kind of work, and the event loop that everything here but
// the threads' jobs runs on.

#include "actors/audit/letter_history.hpp"
#include "actors/node.hpp"
#include "adapters/http/event_loop.hpp"
#include "adapters/http/guess_limiter.hpp"
#include "adapters/http/host_names.hpp"
#include "adapters/http/house_acts.hpp"
#include "adapters/http/http_settings.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/http/sign_ins.hpp"
#include "adapters/http/tls_certificate.hpp"
#include "adapters/http/work_threads.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace sluice {

class http_session;

/// Counts what is under way, and lets another thread wait for none to be.
class under_way_count {
public:
  class one {
  public:
    explicit one(under_way_count& of) : of_(of) {
      const std::lock_guard lock(of_.mutex_);
      ++of_.now_;
    }
    ~one() {
      const std::lock_guard lock(of_.mutex_);
      if (--of_.now_ == 0)
        of_.none_left_.notify_all();
    }
    one(const one&) = delete;
    one& operator=(const one&) = delete;

  private:
    under_way_count& of_;
  };

  void wait_for_none(milliseconds at_most) {
    std::unique_lock lock(mutex_);
    none_left_.wait_for(lock, at_most, [&] { return now_ == 0; });
  }

private:
  std::mutex mutex_;
  std::condition_variable none_left_;
  std::size_t now_ = 0;
};

struct http_core {
  http_core(node& served, http_settings with) :
      engine(served), settings(std::move(with)), hosts(settings.hosts), connections(settings.connections),
      guesses(settings.guesses), looks(settings.looks), heavy_looks(settings.heavy_looks),
      large_bodies(settings.large_bodies), imports(settings.imports) {}

  /// Runs `job` (a copy of it) on those threads and comes back to the loop; what it throws is thrown here. When the threads were
  /// stopped meanwhile it never comes back, and is destroyed with the loop.
  template <class Job>
  boost::asio::awaitable<void> run_on(work_threads& threads, const Job& job) {
    const auto done = std::make_shared<gate>(loop);
    const auto thrown = std::make_shared<std::exception_ptr>();
    threads.post([done, thrown, job, reached = mailbox] {
      try {
        job();
      } catch (...) {
        *thrown = std::current_exception();
      }
      reached->post([done] { done->open(); });
    });
    co_await done->wait();
    if (*thrown)
      std::rethrow_exception(*thrown);
  }

  work_threads& threads_for(work_kind kind) {
    switch (kind) {
    case work_kind::command:
      return command_threads;
    case work_kind::edit:
      return edit_threads;
    case work_kind::heavy_look:
      return heavy_look_threads;
    case work_kind::import:
      return import_threads;
    case work_kind::outside:
      return outside_threads;
    case work_kind::instant:
    case work_kind::look:
      break;
    }
    return look_threads;
  }

  node& engine;
  const http_settings settings;
  const host_names hosts;
  std::shared_ptr<tls_certificate> certificate; ///< none: no TLS. Set before it listens
  connection_table connections;
  guess_limiter guesses;
  concurrency_limiter looks;
  concurrency_limiter heavy_looks;
  concurrency_limiter large_bodies;
  concurrency_limiter imports;
  /// Of each idempotency key one request at a time: the others find its answer. It is the client here.
  concurrency_limiter key_turns{{.per_client = 1, .in_all = std::numeric_limits<std::size_t>::max()}};
  std::unordered_map<connection_number, http_session*> sessions;
  under_way_count requests;
  const std::shared_ptr<letter_history> letters = std::make_shared<letter_history>();
  sluice::refused_sign_ins refused_sign_ins;
  const std::shared_ptr<sluice::page_reads> page_reads = std::make_shared<sluice::page_reads>();
  const std::shared_ptr<sluice::test_copy_quota> test_copy_quota =
      std::make_shared<sluice::test_copy_quota>();
  std::shared_ptr<sluice::sign_ins> sign_ins; ///< none: nobody signs in through a provider
  const std::shared_ptr<http_numbers> numbers = std::make_shared<http_numbers>();
  std::atomic<bool> is_stopping = false;

  // The loop is destroyed before all of these, and with it the coroutines, which use them to their end.
  boost::asio::io_context loop{1};
  std::shared_ptr<loop_mailbox> mailbox = std::make_shared<loop_mailbox>(loop);

  // Stopped before the loop is destroyed. What commands need nothing else may use.
  work_threads command_threads{2, work_priority::normal};
  work_threads edit_threads{1, work_priority::low};
  work_threads look_threads{2, work_priority::low};
  work_threads heavy_look_threads{2, work_priority::lowest};
  work_threads import_threads{2, work_priority::low};
  work_threads outside_threads{2, work_priority::low};
};

} // namespace sluice
