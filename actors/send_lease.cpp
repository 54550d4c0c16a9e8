#include "actors/send_lease.hpp"

#include <ctime>

namespace sluice {

beat_moment system_boot_time() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::duration_cast<beat_moment>(std::chrono::seconds(now.tv_sec) +
                                                 std::chrono::nanoseconds(now.tv_nsec));
}

} // namespace sluice
