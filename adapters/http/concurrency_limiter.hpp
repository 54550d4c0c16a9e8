#pragma once
// So many requests of one kind at once for each client (a token, or an address where there is none), and in all;
// the others wait in one line, first come, first served as far as their client's limit lets them. Used on one
// thread: the event loop's.

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace sluice {

struct concurrency_limits {
  std::size_t per_client = 1;
  std::size_t in_all = 4;
  std::size_t waiting_per_client = 128;
  std::size_t waiting_in_all = 1024;
};

class concurrency_limiter {
public:
  explicit concurrency_limiter(concurrency_limits limits) : limits_(limits) {}
  concurrency_limiter(const concurrency_limiter&) = delete;
  concurrency_limiter& operator=(const concurrency_limiter&) = delete;

  /// A place among those that go on; given back when it is destroyed. It may outlive the limiter.
  class permit;
  using permit_ptr = std::unique_ptr<permit>;

  /// Calls `granted` once with a permit: at once, or when it is this request's turn. False, and no call ever, when
  /// too many wait already. Dropping `*alive` gives the place in line up.
  bool enter(const std::string& client, std::weak_ptr<void> alive, std::function<void(permit_ptr)> granted);

  std::size_t going() const { return state_->going; }
  std::size_t waiting() const { return state_->line.size(); }

private:
  struct waiter {
    std::string client;
    std::weak_ptr<void> alive;
    std::function<void(permit_ptr)> granted;
  };
  struct client_count {
    std::size_t going = 0;
    std::size_t waiting = 0;
  };
  struct state {
    std::unordered_map<std::string, client_count> clients;
    std::list<waiter> line;
    std::size_t going = 0;
  };

  bool has_place(const std::string& client) const;
  permit_ptr grant(const std::string& client);
  void let_in();
  void forget_if_idle(const std::string& client);

  concurrency_limits limits_;
  std::shared_ptr<state> state_ = std::make_shared<state>();
  friend class permit;
};

class concurrency_limiter::permit {
public:
  permit(concurrency_limiter& from, std::string client) :
      from_(&from), alive_(from.state_), client_(std::move(client)) {}
  ~permit();
  permit(const permit&) = delete;
  permit& operator=(const permit&) = delete;

private:
  concurrency_limiter* from_;
  std::weak_ptr<state> alive_; ///< gone with the limiter
  std::string client_;
};

} // namespace sluice
