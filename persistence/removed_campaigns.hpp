#pragma once
// Campaigns that are over and are kept no longer. What an auditor wants to know of one is in the house's log
// (house::campaign_removed); here is the little of each that the engine asks for again.

#include "messages/error.hpp"
#include "messages/house_event.hpp"
#include "persistence/journal.hpp"

#include <functional>
#include <optional>

namespace sluice {

struct removed_campaign {
  campaign_id id;
  timestamp at;         ///< when it was removed
  timestamp over_since; ///< so long its list was in use at least
  audience_id audience; ///< 0: it had none
  bool operator==(const removed_campaign&) const = default;
};

class removed_campaigns {
public:
  virtual ~removed_campaigns() = default;

  /// Removes a campaign: its log and its snapshot go and the house's log gets `what`, in one write, durable when it returns.
  /// `conflict` where the log does not end with the event that `what` names, or is empty. Idempotency keys that name it stay, and its id
  /// is never given again. Any thread.
  virtual result<void> remove(house::campaign_removed what, const act& done) = 0;

  /// Nothing where there was none of that id, or it was not removed. Any thread.
  virtual result<std::optional<removed_campaign>> find(campaign_id id) const = 0;

  /// Every one, lowest id first.
  virtual result<void> visit(const std::function<void(const removed_campaign&)>& visitor) const = 0;

  /// Has the bytes of those that were removed leave the disk, in its own time: once for many, since all tables between the
  /// lowest and the highest of them are written anew. Where it was not called, or not finished, a start does it.
  virtual void free_space() = 0;
};

/// Where the log of a campaign ended that was removed; no event's number where its hash is none.
log_head end_of(const house::campaign_removed& what);

/// That there is no such campaign: `not_found`, with the notice `campaign_removed` where it was removed.
error no_such_campaign(const removed_campaigns& from, campaign_id id);
/// The same of one that was there: where it was not removed, it was discarded.
error gone_meanwhile(const removed_campaigns& from, campaign_id id);

} // namespace sluice
