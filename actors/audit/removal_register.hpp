#pragma once
// Which campaigns were removed, by the house's log: what a log that is not there is held against.

#include "persistence/house_tables.hpp"

#include <map>
#include <mutex>
#include <optional>

namespace sluice {

/// Reads the log when it is first asked, and on from there where it is asked for one that it does not know: a running engine
/// may have removed it meanwhile. Ask once the campaign's log was found gone. Any thread.
class removal_register {
public:
  /// `log` outlives it.
  explicit removal_register(const journal& log) : log_(log) {}
  std::optional<house_tables::removal_fact> find(campaign_id id);

private:
  void read_on();

  const journal& log_;
  std::mutex mutex_; ///< guards what follows
  std::map<campaign_id, house_tables::removal_fact> removed_;
  event_number read_up_to_ = 0;
};

} // namespace sluice
