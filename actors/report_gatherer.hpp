#pragma once
// Between a relay's thread and a campaign: gathers what the relay reports while the campaign is busy with its log, so
// that nobody is woken for it and the campaign gets one report at a time, however many there were.

#include "actors/relay.hpp"

#include <mutex>
#include <optional>

namespace sluice {

/// Any thread.
class report_gatherer {
public:
  /// Takes a report. Gives what is to be passed on now; nothing while the campaign has one that it did not answer.
  std::optional<relay_report> add(relay_report report);
  /// The campaign answered. Gives what came meanwhile, if anything did.
  std::optional<relay_report> on_answer();

private:
  std::mutex mutex_;
  relay_report gathered_;
  bool is_busy_ = false;
};

} // namespace sluice
