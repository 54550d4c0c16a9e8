#pragma once
// Everything that the engine keeps, behind one interface: the campaigns' logs, audiences, suppressions, snapshots and
// tokens. persistence/stores/open_store.hpp opens one.
//
// Acknowledged means synced. When the disk fails or is full, writes answer `storage_failed` and go on by
// themselves when it is back.

#include "persistence/audiences.hpp"
#include "persistence/journal.hpp"
#include "persistence/snapshots.hpp"
#include "persistence/suppressions.hpp"
#include "persistence/tokens.hpp"

#include <cstdint>

namespace sluice {

enum class open_mode : std::uint8_t { read_write, read_only };

class store {
public:
  virtual ~store() = default;
  virtual sluice::journal& journal() = 0;
  virtual const sluice::journal& journal() const = 0;
  virtual audience_store& audiences() = 0;
  virtual const audience_store& audiences() const = 0;
  virtual suppression_list& suppressions() = 0;
  virtual snapshot_store& snapshots() = 0;
  virtual const snapshot_store& snapshots() const = 0;
  virtual token_store& tokens() = 0;
  /// The highest campaign id ever used; the next draft gets one more.
  virtual result<campaign_id> last_campaign() const = 0;
};

} // namespace sluice
