#pragma once
// Gives the ids of new campaigns, each once, whoever asks at the same time.

#include "messages/error.hpp"
#include "messages/id.hpp"

#include <mutex>

namespace sluice {

class campaign_id_source {
public:
  /// The next id, where `last_used` is the highest that has events by now (or why that cannot be told). Any thread.
  result<campaign_id> next(const result<campaign_id>& last_used);

private:
  std::mutex mutex_;
  campaign_id last_given_{};
};

} // namespace sluice
