// Many letters, many campaigns, real concurrency: a server that behaves, on a thread for each connection.

#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/smtp_fixture.hpp"

#include <atomic>
#include <map>
#include <thread>

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;

namespace {

/// Takes every letter and counts it by recipient.
class taking_server {
public:
  explicit taking_server(scripted_server& server, std::size_t connections) {
    for (std::size_t each = 0; each < connections; ++each)
      threads_.emplace_back([this, &server] { serve(server); });
  }
  ~taking_server() {
    for (auto& thread : threads_)
      thread.join();
  }

  std::size_t taken() {
    const std::lock_guard lock(mutex_);
    return taken_.size();
  }
  std::size_t taken_most_often() {
    const std::lock_guard lock(mutex_);
    std::size_t most = 0;
    for (const auto& [recipient, times] : taken_)
      most = std::max(most, times);
    return most;
  }

private:
  void serve(scripted_server& server) {
    try {
      auto peer = server.welcome();
      while (peer.line() != "QUIT") { // MAIL
        const auto recipient = peer.line();
        peer.line();
        peer.say("250 ok\r\n250 ok\r\n354 go\r\n");
        peer.message();
        {
          const std::lock_guard lock(mutex_);
          ++taken_[recipient];
        }
        peer.say("250 ok\r\n");
      }
      peer.say("221 bye\r\n");
    } catch (const script_failure&) {
      return; // the relay closed, as it does when letters are called back
    }
  }

  std::mutex mutex_;
  std::map<std::string, std::size_t> taken_;
  std::vector<std::thread> threads_;
};

/// 21 letters at 100 a second over two connections: one at once, the others 10 ms apart.
void check_held_to_100_a_second(smtp_fixture& at) {
  at.settings.connections_max = 2;
  auto& relay = at.relay();
  taking_server server(at.server, 2);
  queue_watch queue(relay, answers::at_once);
  const auto begin = std::chrono::steady_clock::now();
  queue.offer(make_letters(0, 21));
  queue.await_settled(21);
  CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(175));
  CHECK(queue.count(letter_state::accepted) == 21);
  at.made.reset();
}

} // namespace

TEST_CASE("a small campaign is not kept waiting by a large one", "[smtp]") {
  smtp_fixture at;
  at.settings.connections_max = 2;
  auto& relay = at.relay();
  taking_server server(at.server, 2);
  queue_watch large(relay, answers::at_once);
  queue_watch small(relay, answers::at_once);
  for (letter_index batch = 0; batch < 20; ++batch)
    large.offer(make_letters(1000 + batch * 250, 250));
  large.await_result(1000);
  small.offer(make_letters(0, 100));
  small.await_settled(100);
  CHECK(large.settled() < 4000); // far from all: turn by turn, about as many as the small one
  at.made.reset();
}

TEST_CASE("letters over many connections arrive once each", "[smtp]") {
  smtp_fixture at;
  at.settings.connections_max = 8;
  auto& relay = at.relay();
  taking_server server(at.server, 8);
  queue_watch queue(relay, answers::at_once);
  for (letter_index batch = 0; batch < 8; ++batch)
    queue.offer(make_letters(batch * 250, 250));
  queue.await_settled(2000);
  CHECK(queue.count(letter_state::accepted) == 2000);
  CHECK(server.taken() == 2000);
  CHECK(server.taken_most_often() == 1);
  CHECK(queue.faults().empty());
  at.made.reset();
}

TEST_CASE("a withdraw at full rate: what the server took is what was accepted, all else comes back",
          "[smtp]") {
  smtp_fixture at;
  at.settings.connections_max = 4;
  auto& relay = at.relay();
  taking_server server(at.server, 4);
  queue_watch queue(relay, answers::at_once);
  queue.offer(make_letters(0, 5000));
  queue.await_settled(200);
  queue.queue().withdraw();
  queue.await_drained();
  CHECK(queue.settled() == 5000);
  CHECK(queue.count(letter_state::accepted) == server.taken());
  CHECK(queue.count(letter_state::in_doubt) == 0);
  CHECK(queue.count(letter_state::accepted) + queue.count(letter_state::pending) + queue.handed_back() ==
        5000);
  CHECK(queue.faults().empty());
  at.made.reset();
}

TEST_CASE("the limit of letters a second holds over all connections", "[smtp]") {
  smtp_fixture at;
  at.settings.letters_per_second_max = 100;
  check_held_to_100_a_second(at);
}

TEST_CASE("letters over a domain's limit leave when it lets them, whether or not more letters come",
          "[smtp]") {
  smtp_fixture at;
  at.settings.letters_per_second_per_domain_max = 100;
  check_held_to_100_a_second(at);
}
