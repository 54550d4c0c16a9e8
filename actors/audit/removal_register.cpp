#include "actors/audit/removal_register.hpp"

namespace sluice {

std::optional<house_tables::removal_fact> removal_register::find(campaign_id id) {
  const std::lock_guard guard(mutex_);
  if (!removed_.contains(id))
    read_on();
  const auto known = removed_.find(id);
  return known == removed_.end() ? std::nullopt : std::optional(known->second);
}

/// A log that is damaged is told of by who audits it; what it says up to there counts.
void removal_register::read_on() {
  const auto read = read_house_log(log_, read_up_to_ + 1, [this](const stored_house_event& entry) {
    read_up_to_ = entry.number;
    if (const auto* removed = std::get_if<house::campaign_removed>(&entry.event.body))
      removed_.insert_or_assign(removed->campaign, house_tables::removal_of(*removed, entry));
    return true;
  });
  static_cast<void>(read.has_value());
}

} // namespace sluice
