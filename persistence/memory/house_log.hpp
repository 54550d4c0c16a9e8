#pragma once
// The house's log in memory.

#include "persistence/hidden_address.hpp"
#include "persistence/house_log.hpp"

#include <atomic>
#include <mutex>

namespace sluice {

class memory_journal;

class memory_house_log final : public house_log {
public:
  /// `journal` outlives it; `secret`: the store's.
  memory_house_log(memory_journal& journal, std::string_view secret);
  result<event_number> record(std::vector<house_event> events) override;
  /// The same of one, with which a campaign's log goes, which must end like that.
  result<event_number> record_removal(campaign_id campaign, const log_head& end, house_event what);
  event_number last_number() const override { return last_number_.load(std::memory_order_relaxed); }
  const address_hider& hide() const { return hide_; }

private:
  void prepare(house_event& next);

  memory_journal& journal_;
  const address_hider hide_;
  std::mutex mutex_; ///< guards what follows
  timestamp last_at_;
  bool has_begun_ = false;
  std::atomic<event_number> last_number_ = 0;
};

} // namespace sluice
