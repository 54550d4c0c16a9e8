#include "actors/store_pool.hpp"
#include "tests/catch.hpp"

#include <cctype>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

using namespace sluice;

namespace {

/// Keeps a thread of the pool until it is let go.
struct held_job {
  std::promise<void> begun;
  std::promise<void> go;

  void put(store_pool& pool, job_kind kind) {
    pool.run(
        kind,
        [this]() -> result<int> {
          begun.set_value();
          go.get_future().wait();
          return 0;
        },
        [](const result<int>&) {});
  }
};

/// The answer of a job, to be waited for.
std::future<result<int>> answer_of(store_pool& pool, job_kind kind, std::function<result<int>()> work) {
  auto told = std::make_shared<std::promise<result<int>>>();
  auto answer = told->get_future();
  pool.run(kind, std::move(work), [told](result<int> made) { told->set_value(std::move(made)); });
  return answer;
}

} // namespace

TEST_CASE("without threads a job is done when it is told to, commands before letters before looks") {
  store_pool pool(0);
  std::string order;
  const auto put = [&](job_kind kind, char name) {
    pool.run(
        kind, [&order, name]() -> result<char> { return order += name, name; },
        [&order](result<char> made) { order += static_cast<char>(std::toupper(made.value())); });
  };
  put(job_kind::look, 'l');
  put(job_kind::letters, 'x');
  put(job_kind::letters, 'y');
  put(job_kind::command, 'c');
  CHECK(order.empty());
  CHECK(pool.waiting() == 4);
  while (pool.run_one()) {
  }
  CHECK(order == "cCxXyYlL");
  CHECK(pool.waiting() == 0);
}

TEST_CASE("what a job throws is its answer, and the next job is done") {
  store_pool pool(2);
  auto thrown = answer_of(pool, job_kind::letters,
                          []() -> result<int> { throw std::runtime_error("no memory for this"); });
  const auto made = thrown.get();
  REQUIRE(!made);
  CHECK(made.error() == error{error_code::internal, "no memory for this"});
  CHECK(answer_of(pool, job_kind::letters, []() -> result<int> { return 7; }).get() == 7);
}

TEST_CASE("an answer that throws ends neither its thread nor the process") {
  store_pool pool(1);
  pool.run(
      job_kind::command, []() -> result<int> { return 1; },
      [](const result<int>&) { throw std::runtime_error("nobody is there any more"); });
  CHECK(answer_of(pool, job_kind::command, []() -> result<int> { return 2; }).get() == 2);
}

TEST_CASE("looks and letters leave a thread to commands, and looks leave half of the threads to letters") {
  store_pool pool(4);
  held_job looks[2];
  held_job letters[1];
  for (auto& one : looks) {
    one.put(pool, job_kind::look);
    one.begun.get_future().wait();
  }
  auto third_look = answer_of(pool, job_kind::look, []() -> result<int> { return 3; });
  letters[0].put(pool, job_kind::letters);
  letters[0].begun.get_future().wait();
  auto second_letters = answer_of(pool, job_kind::letters, []() -> result<int> { return 4; });
  CHECK(answer_of(pool, job_kind::command, []() -> result<int> { return 5; }).get() == 5);
  CHECK(pool.waiting() == 2);
  letters[0].go.set_value();
  CHECK(second_letters.get() == 4);
  CHECK(pool.waiting() == 1);
  looks[0].go.set_value();
  CHECK(third_look.get() == 3);
  looks[1].go.set_value();
}

TEST_CASE("a pool that is stopped finishes what is under way and refuses the rest") {
  store_pool pool(1);
  held_job under_way;
  under_way.put(pool, job_kind::command);
  under_way.begun.get_future().wait();
  auto waiting = answer_of(pool, job_kind::look, []() -> result<int> { return 1; });
  std::jthread stopping([&] { pool.stop(); });
  const auto refused = waiting.get();
  REQUIRE(!refused);
  CHECK(refused.error().code == error_code::unavailable);
  under_way.go.set_value();
  stopping.join();
  const auto late = answer_of(pool, job_kind::command, []() -> result<int> { return 1; }).get();
  REQUIRE(!late);
  CHECK(late.error().code == error_code::unavailable);
}

TEST_CASE("a pool whose queue is full refuses at once") {
  store_pool pool(0);
  for (std::size_t put = 0; put < store_pool::waiting_max; ++put)
    pool.run(job_kind::look, []() -> result<int> { return 1; }, [](const result<int>&) {});
  std::optional<error> refused;
  pool.run(
      job_kind::look, []() -> result<int> { return 1; },
      [&](const result<int>& made) { refused = made ? std::nullopt : std::optional(made.error()); });
  REQUIRE(refused);
  CHECK(refused->code == error_code::unavailable);
  CHECK(pool.waiting() == store_pool::waiting_max);
}
