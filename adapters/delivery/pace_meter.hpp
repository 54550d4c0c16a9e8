#pragma once
// How fast letters leave just now.

#include "adapters/delivery/rate_limit.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace sluice {

class pace_meter {
public:
  void count(moment now) {
    using namespace std::chrono_literals;
    if (const auto passed = now - begun_; passed >= 250ms) {
      per_second_.reset();
      if (passed < 1s)
        per_second_ = static_cast<double>(letters_) / std::chrono::duration<double>(passed).count();
      letters_ = 0;
      begun_ = now;
    }
    ++letters_;
  }

  /// Letters a second, by those of the last quarter of a second; nothing at the beginning, and after a rest.
  std::optional<double> per_second() const { return per_second_; }

private:
  moment begun_{};
  std::size_t letters_ = 0;
  std::optional<double> per_second_;
};

} // namespace sluice
