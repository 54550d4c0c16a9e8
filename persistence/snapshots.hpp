#pragma once
// Where a campaign's state stood at some event, so that a restart replays little. Only a cache: one that
// is missing, older, unreadable or of another format is passed over and the log is read instead.

#include "persistence/journal.hpp"

#include <optional>
#include <string>

namespace sluice {

struct snapshot {
  event_number number = 0; ///< of the last event that it holds
  std::string state;       ///< as actors/core/state_codec.hpp writes it
  bool operator==(const snapshot&) const = default;
};

/// What a snapshot says of the log: that there was an event of this number with this hash.
struct snapshot_mark {
  campaign_id campaign;
  event_number number = 0;
  sha256_hash hash{};
};

inline constexpr std::size_t snapshot_bytes_max = 64U << 20U;

class snapshot_store {
public:
  virtual ~snapshot_store() = default;
  /// One larger than snapshot_bytes_max is not kept. Kept together with the hash of the event of that number,
  /// which must be durable by now. Not synced: losing it costs time only. May be called from any thread.
  virtual void save(campaign_id campaign, const snapshot& value) = 0;
  /// Nothing if there is none, or the log's event of that number has another hash by now.
  virtual std::optional<snapshot> load(campaign_id campaign) const = 0;
  /// What all snapshots say of their logs, whether it is still true or not: for an audit. Any thread.
  virtual result<std::vector<snapshot_mark>> marks() const = 0;
};

} // namespace sluice
