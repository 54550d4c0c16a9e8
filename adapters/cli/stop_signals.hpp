#pragma once
// SIGINT, SIGTERM and SIGHUP as something to wait for. Made before the first thread, so that none of them ever
// gets the signal instead.

#include "messages/time.hpp"

namespace sluice::cli {

class stop_signals {
public:
  /// Blocks the signals for this thread and all that it makes; SIGPIPE is ignored from here on.
  stop_signals();
  void wait();
  /// True when one came within that time.
  bool wait_for(milliseconds span);
  /// From here on the next one ends the process at once, with exit code 1: for a stop that takes too long.
  void end_process_on_next();
};

} // namespace sluice::cli
