#include "adapters/http/concurrency_limiter.hpp"

#include "tests/catch.hpp"

#include <deque>
#include <vector>

using namespace sluice;

namespace {

/// Clients that enter, and what they were given.
class limited_crowd {
public:
  explicit limited_crowd(concurrency_limits limits) :
      limiter(std::make_unique<concurrency_limiter>(limits)) {}

  /// False: turned away.
  bool enter(const std::string& client) {
    auto alive = std::make_shared<int>();
    waiting.push_back(alive);
    return limiter->enter(client, alive, [this, client](concurrency_limiter::permit_ptr given) {
      went.push_back(client);
      permits.push_back(std::move(given));
    });
  }
  void leave_first() {
    auto first = std::move(permits.front());
    permits.pop_front();
  }

  std::unique_ptr<concurrency_limiter> limiter;
  std::vector<std::string> went;
  std::deque<concurrency_limiter::permit_ptr> permits;
  std::vector<std::shared_ptr<int>> waiting;
};

using client_names = std::vector<std::string>;

} // namespace

TEST_CASE(
    "limiter: one of a client's requests goes on at a time, and another client passes those that wait") {
  limited_crowd all({.per_client = 1, .in_all = 2, .waiting_per_client = 10, .waiting_in_all = 10});
  for (const auto* one : {"a", "a", "a", "b", "c"})
    CHECK(all.enter(one));
  CHECK(all.went == client_names{"a", "b"});
  all.leave_first(); // a's next was there before c
  CHECK(all.went == client_names{"a", "b", "a"});
  all.leave_first(); // b's place, and a has one: c's
  CHECK(all.went == client_names{"a", "b", "a", "c"});
  all.leave_first();
  CHECK(all.went == client_names{"a", "b", "a", "c", "a"});
  CHECK(all.limiter->waiting() == 0);
  all.permits.clear();
  CHECK(all.limiter->going() == 0);
}

TEST_CASE("limiter: who comes when too many wait is turned away, those of a client and those of all") {
  limited_crowd all({.per_client = 1, .in_all = 1, .waiting_per_client = 2, .waiting_in_all = 3});
  CHECK(all.enter("a"));
  CHECK(all.enter("a"));
  CHECK(all.enter("a"));
  CHECK_FALSE(all.enter("a"));
  CHECK(all.enter("b"));
  CHECK_FALSE(all.enter("c"));
  all.leave_first();
  CHECK(all.enter("c"));
}

TEST_CASE("limiter: whoever is gone when its turn comes is passed over") {
  limited_crowd all({.per_client = 1, .in_all = 1, .waiting_per_client = 10, .waiting_in_all = 10});
  for (const auto* one : {"a", "b", "c"})
    CHECK(all.enter(one));
  all.waiting[1].reset();
  all.leave_first();
  CHECK(all.went == client_names{"a", "c"});
}

TEST_CASE("limiter: a permit that outlives it does no harm") {
  limited_crowd all({});
  CHECK(all.enter("a"));
  all.limiter.reset();
  all.permits.clear();
}
