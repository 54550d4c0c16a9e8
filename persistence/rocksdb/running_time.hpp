#pragma once
// The engine's running time: how long engines have been running on this store, all of them together, whatever the wall
// clock did meanwhile. It is kept under the key "running" of the family `default` (8 bytes, milliseconds, big-endian),
// written together with what is stamped with it; what passed since the last such write is lost with the process.

#include "messages/time.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

namespace sluice {

class running_time {
public:
  static constexpr std::string_view key = "running";

  /// `running` is this process's own.
  explicit running_time(std::function<milliseconds()> running);
  /// Goes on from what is stored; what is no such value is passed over.
  void go_on_from(std::string_view stored);
  /// Any thread.
  milliseconds now() const;
  /// `now` as it is stored.
  std::string stored() const;

private:
  std::function<milliseconds()> running_;
  milliseconds opened_;                               ///< the process's when the store was opened
  std::atomic<milliseconds> before_{milliseconds{0}}; ///< of all engines before
};

} // namespace sluice
