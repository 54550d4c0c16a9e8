#include "adapters/delivery/batch_relay.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/queue_watch.hpp"

#include <atomic>
#include <stdexcept>

using namespace sluice;
using namespace sluice::test;

TEST_CASE(
    "a delivery that throws is the relay's trouble: its letters come back, and the next ones are delivered") {
  std::atomic<bool> is_broken = true;
  const auto relay =
      make_batch_relay({.delay = {milliseconds{1}, milliseconds{1}, [] { return 0.0; }}},
                       [&](std::span<delivery> letters) -> result<void> {
                         if (is_broken)
                           throw std::runtime_error("the folder is not what it was");
                         for (auto& one : letters)
                           one.slot->queue->fence->run_if_open([&] { one.outcome = letter_state::accepted; });
                         return {};
                       });
  queue_watch queue(*relay, queue_watch::answers::at_once);
  queue.offer(make_letters(0, 1));
  CHECK(queue.await_condition(true) == "the folder is not what it was");
  CHECK(queue.await_result(0).outcome == letter_state::pending);
  is_broken = false;
  queue.offer(make_letters(1, 1));
  CHECK(queue.await_result(1).outcome == letter_state::accepted);
  relay->stop();
}
