#include "adapters/http/work_threads.hpp"

#include "tests/catch.hpp"

#include <future>

using namespace sluice;

TEST_CASE("work threads: jobs are done in their order, and what waits when they stop is dropped") {
  std::vector<int> done;
  std::promise<void> go;
  std::promise<void> is_running;
  work_threads one(1, work_priority::lowest);
  one.post([&] { done.push_back(1); });
  one.post([&] {
    is_running.set_value();
    go.get_future().wait();
    done.push_back(2);
  });
  is_running.get_future().wait();
  const auto dropped = std::make_shared<int>(3);
  one.post([&, dropped] { done.push_back(*dropped); });
  auto stopping = std::async(std::launch::async, [&] { one.stop(); });
  // It is dropped before the one that is being done ends.
  while (dropped.use_count() > 1)
    std::this_thread::yield();
  go.set_value();
  stopping.wait();
  CHECK(done == std::vector{1, 2});
  one.post([&] { done.push_back(4); });
  CHECK(done == std::vector{1, 2});
}
