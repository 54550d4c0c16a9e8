#include "persistence/memory/house_log.hpp"

#include "persistence/memory/journal.hpp"

#include <algorithm>

namespace sluice {

memory_house_log::memory_house_log(memory_journal& journal, std::string_view secret) :
    journal_(journal), hide_(secret) {}

result<event_number> memory_house_log::record(std::vector<house_event> events) {
  const std::lock_guard guard(mutex_);
  event_number last = 0;
  for (auto& one : events) {
    prepare(one);
    last = journal_.append_to_house(one);
  }
  last_number_.store(std::max(last, last_number()), std::memory_order_relaxed);
  return last;
}

result<event_number>
memory_house_log::record_removal(campaign_id campaign, const log_head& end, house_event what) {
  const std::lock_guard guard(mutex_);
  prepare(what);
  auto last = journal_.remove(campaign, end, what);
  if (last)
    last_number_.store(*last, std::memory_order_relaxed);
  return last;
}

/// Under the lock: the log has begun, and the event is none older than the last.
void memory_house_log::prepare(house_event& next) {
  if (!has_begun_)
    journal_.append_to_house({next.at, {}, house::log_began{hide_.key_hash()}});
  has_begun_ = true;
  last_at_ = next.at = std::max(next.at, last_at_);
}

} // namespace sluice
