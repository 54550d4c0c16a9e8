#include "persistence/memory/house_log.hpp"

#include "persistence/memory/journal.hpp"

#include <algorithm>

namespace sluice {

memory_house_log::memory_house_log(memory_journal& journal, std::string_view secret) :
    journal_(journal), hide_(secret) {}

result<event_number> memory_house_log::record(std::vector<house_event> events) {
  const std::lock_guard guard(mutex_);
  event_number last = 0;
  if (!has_begun_ && !events.empty()) {
    last = journal_.append_to_house({events.front().at, {}, house::log_began{hide_.key_hash()}});
    has_begun_ = true;
  }
  for (auto& one : events) {
    last_at_ = one.at = std::max(one.at, last_at_);
    last = journal_.append_to_house(one);
  }
  last_number_.store(std::max(last, last_number()), std::memory_order_relaxed);
  return last;
}

} // namespace sluice
