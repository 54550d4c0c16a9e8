#pragma once
// Coroutines of one thread: `task` is awaited by its parent, `detached` begins at once and cleans up after
// itself. Nothing else than their own pauses suspends them, so a frame is made once for each connection or
// each step of a handshake, never for a letter.
//
// Ours and not Asio's awaitable, as tests/bench/coroutine_cost measures it (Boost 1.81, GCC 12): a step costs the
// same, 13 ns and 226 instructions here, 16 ns and 211 there. But a connection waits for whichever comes first of
// its socket, a grant, a deadline and a stop, and Asio has no event that somebody sets. A pause with its resume,
// one at every read, is 2 ns and 30 instructions here; there 41 ns and 383 with a handler that is kept and called
// (which would be a pause_point of ours as well), 1,200 ns and 1,839 with a timer that is cancelled, 160 ns, 2,137
// and three allocations with a channel.

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace sluice {

/// Starts when it is awaited; its parent goes on when it is done.
template <class Value>
class task {
public:
  struct promise_type {
    std::coroutine_handle<> parent;
    std::optional<Value> value;
    std::exception_ptr thrown;

    task get_return_object() { return task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct to_parent {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) noexcept {
          return done.promise().parent;
        }
        void await_resume() noexcept {}
      };
      return to_parent{};
    }
    template <class Given>
    void return_value(Given&& given) {
      value.emplace(std::forward<Given>(given));
    }
    void unhandled_exception() { thrown = std::current_exception(); }
  };

  explicit task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  task(task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  task& operator=(task&&) = delete;
  ~task() {
    if (frame_)
      frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept {
    frame_.promise().parent = parent;
    return frame_;
  }
  Value await_resume() {
    if (frame_.promise().thrown)
      std::rethrow_exception(frame_.promise().thrown);
    return std::move(*frame_.promise().value);
  }

private:
  std::coroutine_handle<promise_type> frame_;
};

/// The outermost coroutine. It must catch what is thrown in it.
struct detached {
  struct promise_type {
    detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

/// Where a coroutine waits until somebody calls `resume`; with nobody waiting, `resume` does nothing.
class pause_point {
public:
  auto pause() {
    struct awaiter {
      pause_point& at;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> who) noexcept { at.waiting_ = who; }
      void await_resume() const noexcept {}
    };
    return awaiter{*this};
  }
  void resume() {
    if (auto who = std::exchange(waiting_, {}))
      who.resume();
  }

private:
  std::coroutine_handle<> waiting_;
};

} // namespace sluice
