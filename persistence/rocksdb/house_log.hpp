#pragma once
// The house's log on RocksDB: its events go through the journal's writer, a change of a table with its event in one write.

#include "persistence/hidden_address.hpp"
#include "persistence/house_log.hpp"
#include "persistence/rocksdb/journal.hpp"

#include <atomic>
#include <mutex>
#include <string_view>

namespace rocksdb {
class WriteBatch;
}

namespace sluice {

/// A key of the family `default`, once the house's log has begun.
inline constexpr std::string_view house_mark = "house";

class rocksdb_house_log final : public house_log {
public:
  /// `secret`: the store's.
  explicit rocksdb_house_log(std::string_view secret) : hide_(secret) {}
  /// Before the first event. `journal` outlives all that use this. `corrupt` where the log's last event cannot be read.
  /// `begin` is called, until it went well, before the first event of a store that has none: it appends those that the log
  /// begins with.
  result<void> attach(rocksdb_journal& journal, std::function<result<void>()> begin);
  /// Begins the log where that has not been done yet.
  result<void> begin();

  result<event_number> record(std::vector<house_event> events) override;
  /// The same, and what `change` adds to the batch is in the same write. `change` is called from another thread, before this
  /// returns. With `removed` see rocksdb_journal::append_to_house.
  result<event_number> record(std::vector<house_event> events,
                              std::function<void(rocksdb::WriteBatch&)> change,
                              std::optional<rocksdb_journal::removal> removed = {});
  /// The same, without beginning the log.
  result<event_number> append(std::vector<house_event> events,
                              std::function<void(rocksdb::WriteBatch&)> change,
                              std::optional<rocksdb_journal::removal> removed = {});

  event_number last_number() const override { return last_number_.load(std::memory_order_relaxed); }

  const address_hider& hide() const { return hide_; }

private:
  const address_hider hide_;
  rocksdb_journal* journal_ = nullptr;
  std::function<result<void>()> begin_;
  std::mutex beginning_; ///< guards has_begun_
  bool has_begun_ = false;
  std::mutex mutex_; ///< guards last_at_, and that events are in the order of their times
  timestamp last_at_;
  std::atomic<event_number> last_number_ = 0;
};

} // namespace sluice
