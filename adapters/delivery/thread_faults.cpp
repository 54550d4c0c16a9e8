#include "adapters/delivery/thread_faults.hpp"

#include <spdlog/spdlog.h>

namespace sluice {

void thread_faults::tell(std::string_view whose, const std::exception& fault) {
  if (told_ == fault.what())
    return;
  told_ = fault.what();
  spdlog::error("{}: a fault of ours, and its thread goes on: {}", whose, fault.what());
}

} // namespace sluice
