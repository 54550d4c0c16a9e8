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
  event_number last_number() const override { return last_number_.load(std::memory_order_relaxed); }
  const address_hider& hide() const { return hide_; }

private:
  memory_journal& journal_;
  const address_hider hide_;
  std::mutex mutex_; ///< guards what follows
  timestamp last_at_;
  bool has_begun_ = false;
  std::atomic<event_number> last_number_ = 0;
};

} // namespace sluice
