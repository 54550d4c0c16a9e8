#pragma once
// What the coroutines of the event loop wait with, and how other threads reach it.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <mutex>

namespace sluice {

/// Gives (error, …) instead of throwing.
constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Brings work onto the event loop, from any thread, as long as the loop is there; later it is dropped. Whoever
/// answers late (an actor, a relay) holds this and not the server.
class loop_mailbox {
public:
  explicit loop_mailbox(boost::asio::io_context& loop) : loop_(&loop) {}

  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (loop_)
      boost::asio::post(*loop_, std::move(work));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

private:
  std::mutex mutex_;
  boost::asio::io_context* loop_;
};

/// A coroutine waits until somebody opens it, or a time is over. All on the loop's thread.
class gate {
public:
  explicit gate(boost::asio::io_context& loop) : timer_(loop) {}

  void open() {
    is_open_ = true;
    timer_.cancel();
  }
  void close() { is_open_ = false; }
  bool is_open() const { return is_open_; }

  boost::asio::awaitable<void> wait() {
    while (!is_open_) {
      timer_.expires_at(boost::asio::steady_timer::time_point::max());
      co_await timer_.async_wait(as_result);
    }
  }
  boost::asio::awaitable<void> wait_for(std::chrono::milliseconds span) {
    if (is_open_)
      co_return;
    timer_.expires_after(span);
    co_await timer_.async_wait(as_result);
  }

private:
  boost::asio::steady_timer timer_;
  bool is_open_ = false;
};

} // namespace sluice
