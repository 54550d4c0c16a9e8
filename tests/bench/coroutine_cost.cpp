// What a coroutine costs where a connection uses one, ours (adapters/smtp/coroutine.hpp) beside Asio's: a step of
// the handshake that is awaited by its parent, and one pause with its resume, as at every read. Asio has no event
// that somebody sets, so its pause is tried in three ways: a handler that is kept and called (the least that
// Asio's coroutines can do), a timer that is cancelled (the usual way), a channel.
//
//   coroutine_cost [ROUNDS] [NAME]
//
// Prints CPU time and allocations for one of each; the ways take turns, and the best of the turns counts. With a
// name only that one, once: for `perf stat -e instructions:u` or callgrind with two numbers of rounds.

#include "adapters/smtp/coroutine.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <new>
#include <optional>
#include <string_view>

namespace {

std::size_t allocations = 0;

} // namespace

// Not inlined: GCC would see one of the two and not the other, and warn.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (auto* memory = std::malloc(bytes))
    return memory;
  throw std::bad_alloc();
}

/// Asio's own way to memory, behind what it keeps for each thread.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  ++allocations;
  void* memory = nullptr;
  return posix_memalign(&memory, alignment, bytes) == 0 ? memory : nullptr;
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;

std::size_t sum = 0; ///< so that nothing is left out as useless

// -- ours ---------------------------------------------------------------------------------------------

sluice::task<std::size_t> our_step(std::size_t number) {
  co_return number;
}

sluice::task<std::size_t> our_steps(std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round)
    sum += co_await our_step(round);
  co_return sum;
}

sluice::task<std::size_t> our_pauses(sluice::pause_point& at, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    co_await at.pause();
    ++sum;
  }
  co_return sum;
}

sluice::detached run_our_steps(std::size_t rounds) {
  co_await our_steps(rounds);
}

sluice::detached run_our_pauses(sluice::pause_point& at, std::size_t rounds) {
  co_await our_pauses(at, rounds);
}

void step_of_ours(std::size_t rounds) {
  run_our_steps(rounds);
}

/// Resumed from the event loop, as a connection is by the handler of its socket.
void pause_of_ours(std::size_t rounds) {
  asio::io_context io;
  sluice::pause_point at;
  run_our_pauses(at, rounds);
  asio::post(io, [&] {
    for (std::size_t round = 0; round < rounds; ++round)
      at.resume();
  });
  io.run();
}

// -- Asio's -------------------------------------------------------------------------------------------

awaitable<std::size_t> asio_step(std::size_t number) {
  co_return number;
}

awaitable<void> asio_steps(std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round)
    sum += co_await asio_step(round);
}

/// A pause_point for Asio's coroutines: the handler is kept, and called on the resumer's stack.
class kept_handler {
public:
  auto pause() {
    return asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
        [this](auto handler) { waiting_.emplace(std::move(handler)); }, use_awaitable);
  }
  void resume() {
    if (!waiting_)
      return;
    auto who = std::move(*waiting_);
    waiting_.reset();
    std::move(who)();
  }

private:
  std::optional<asio::any_completion_handler<void()>> waiting_; // Boost 1.81's cannot be assigned to
};

awaitable<void> handler_pauses(kept_handler& at, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    co_await at.pause();
    ++sum;
  }
}

awaitable<void> timer_pauses(asio::steady_timer& at, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    co_await at.async_wait(asio::as_tuple(use_awaitable));
    ++sum;
  }
}

using channel = asio::experimental::channel<void(boost::system::error_code)>;

awaitable<void> channel_pauses(channel& at, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    co_await at.async_receive(asio::as_tuple(use_awaitable));
    ++sum;
  }
}

void step_of_asio(std::size_t rounds) {
  asio::io_context io;
  asio::co_spawn(io, asio_steps(rounds), asio::detached);
  io.run();
}

void pause_by_handler(std::size_t rounds) {
  asio::io_context io;
  kept_handler at;
  asio::co_spawn(io, handler_pauses(at, rounds), asio::detached);
  io.poll();
  asio::post(io, [&] {
    for (std::size_t round = 0; round < rounds; ++round)
      at.resume();
  });
  io.run();
}

/// These two resume through the loop: so their resumer goes on when the loop comes back to it.
void pause_by_timer(std::size_t rounds) {
  asio::io_context io;
  asio::steady_timer at(io, asio::steady_timer::time_point::max());
  asio::co_spawn(io, timer_pauses(at, rounds), asio::detached);
  io.poll();
  for (std::size_t round = 0; round < rounds; ++round) {
    at.cancel_one();
    io.poll();
  }
}

void pause_by_channel(std::size_t rounds) {
  asio::io_context io;
  channel at(io, 1);
  asio::co_spawn(io, channel_pauses(at, rounds), asio::detached);
  io.poll();
  for (std::size_t round = 0; round < rounds; ++round) {
    at.try_send(boost::system::error_code{});
    io.poll();
  }
}

// -- measuring ----------------------------------------------------------------------------------------

struct way {
  std::string_view name;
  void (*run)(std::size_t rounds);
  double ns = std::numeric_limits<double>::max();
  double allocations_each = 0;
};

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

void measure(way& one, std::size_t rounds) {
  const auto allocated = allocations;
  const auto begin = cpu_ns();
  one.run(rounds);
  const auto each = static_cast<double>(rounds);
  one.ns = std::min(one.ns, (cpu_ns() - begin) / each);
  one.allocations_each = static_cast<double>(allocations - allocated) / each;
}

} // namespace

int main(int argc, char** argv) {
  std::size_t rounds = 1'000'000;
  if (argc > 1) {
    const std::string_view text = argv[1];
    if (std::from_chars(text.data(), text.data() + text.size(), rounds).ec != std::errc{} || rounds == 0)
      return 2;
  }
  std::array<way, 6> ways{{{"step, ours", step_of_ours},
                           {"step, Asio's awaitable", step_of_asio},
                           {"pause, ours", pause_of_ours},
                           {"pause, Asio's awaitable and a kept handler", pause_by_handler},
                           {"pause, Asio's awaitable and a timer", pause_by_timer},
                           {"pause, Asio's awaitable and a channel", pause_by_channel}}};
  if (argc > 2) {
    const auto named = std::ranges::find(ways, std::string_view{argv[2]}, &way::name);
    if (named == ways.end())
      return 2;
    named->run(rounds);
    return 0;
  }
  constexpr int turns = 7;
  for (int turn = 0; turn < turns; ++turn)
    for (auto& one : ways)
      measure(one, rounds);
  std::printf("%-44s %10s %14s\n", "", "ns", "allocations");
  for (const auto& one : ways)
    std::printf("%-44.*s %10.1f %14.2f\n", static_cast<int>(one.name.size()), one.name.data(), one.ns,
                one.allocations_each);
  std::printf("(%zu rounds in each of %d turns; sum %zu)\n", rounds, turns, sum);
}
