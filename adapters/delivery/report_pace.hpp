#pragma once
// How long a relay's reports may wait for more letters. Each costs its campaign an append and a sync; at a server that is
// slower than the disk one report would carry one letter, and the engine work most for the letters that hurry least.

#include "actors/moment.hpp"

#include <algorithm>
#include <chrono>

namespace sluice {

class report_pace {
public:
  /// A letter needs its grant now, and has had it for so long; 0: it waits for it.
  void on_grant_needed(moment::duration early) {
    // Grants that come late cost the server's time: that is believed at once, the opposite slowly.
    early_ += early < early_ ? (early - early_) / 2 : (early - early_) / 16;
  }

  /// No report waits longer: not so long that grants would come late for it.
  moment::duration hold() const {
    using namespace std::chrono_literals;
    return early_ < 1ms ? moment::duration::zero() : std::min<moment::duration>(early_ * 2 / 3, 10ms);
  }

private:
  moment::duration early_{0};
};

} // namespace sluice
