#pragma once
// Slows whoever guesses tokens: an address, or one IPv6 /64, may send so many wrong ones at once and then one in a while;
// those between are answered 429. A right token is looked at first and never waits, so nobody is locked out by a
// neighbour. Knows no sockets and no clock. Used on one thread: the event loop's.

#include "messages/time.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace sluice {

struct guess_limits {
  std::size_t at_once = 20;                       ///< a page or a script with an old token may ask often
  milliseconds for_each{std::chrono::seconds(6)}; ///< then one in so long
  std::size_t addresses_max = 10'000; ///< remembered; beyond, the one with the fewest is forgotten
};

class guess_limiter {
public:
  explicit guess_limiter(guess_limits limits) : limits_(limits) {}

  /// A wrong token came from there. Nothing: one more is answered as usual; else how long it is until one is again.
  std::optional<milliseconds> on_wrong_token(const std::string& address, timestamp now);

  std::size_t addresses() const { return free_at_.size(); }

private:
  void remember(const std::string& address, timestamp free_at);

  guess_limits limits_;
  /// When the address will have nothing on it any more: each wrong token puts `for_each` on top.
  std::unordered_map<std::string, timestamp> free_at_;
  std::set<std::pair<timestamp, std::string>> in_order_;
};

} // namespace sluice
