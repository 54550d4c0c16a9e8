#include "persistence/rocksdb/import_throttle.hpp"

namespace sluice {

void import_throttle::wait_while(const std::function<bool()>& is_behind) {
  std::unique_lock guard(mutex_);
  if (!is_behind())
    return;
  ++waiting_;
  progress_.wait(guard, [&] { return !is_behind(); });
  --waiting_;
}

void import_throttle::on_progress() {
  // The lock, so that nobody is between having asked and waiting.
  const std::lock_guard guard(mutex_);
  progress_.notify_all();
}

std::size_t import_throttle::waiting() const {
  const std::lock_guard guard(mutex_);
  return waiting_;
}

} // namespace sluice
