#pragma once
// How fast letters leave just now.

#include "adapters/delivery/rate_limit.hpp"

#include <chrono>
#include <cstddef>

namespace sluice {

/// Letters a second, by those of the last quarter of a second in which there were any.
class pace_meter {
public:
  void count(moment now) {
    if (const auto passed = now - begun_; passed >= std::chrono::milliseconds(250)) {
      per_second_ = static_cast<double>(letters_) / std::chrono::duration<double>(passed).count();
      letters_ = 0;
      begun_ = now;
    }
    ++letters_;
  }

  double per_second() const { return per_second_; }

private:
  moment begun_{};
  std::size_t letters_ = 0;
  double per_second_ = 0;
};

} // namespace sluice
