#include "persistence/rocksdb/running_time.hpp"

#include "persistence/big_endian.hpp"
#include "persistence/rocksdb/environment.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

namespace sluice {

milliseconds process_running_time() {
  static const auto begun = std::chrono::steady_clock::now();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
}

running_time::running_time(std::function<milliseconds()> running) :
    running_(std::move(running)), opened_(running_()) {}

void running_time::go_on_from(std::string_view stored) {
  if (stored.size() == sizeof(std::uint64_t))
    before_ = milliseconds(static_cast<std::int64_t>(read_big_endian<std::uint64_t>(stored.data())));
}

milliseconds running_time::now() const {
  return before_.load() + (running_() - opened_);
}

std::string running_time::stored() const {
  return big_endian(static_cast<std::uint64_t>(now().count()));
}

} // namespace sluice
