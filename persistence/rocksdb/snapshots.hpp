#pragma once
// Snapshots on RocksDB: the newest of each campaign.

#include "persistence/snapshots.hpp"

#include <shared_mutex>

namespace sluice {

class rocksdb_database;

class rocksdb_snapshots final : public snapshot_store {
public:
  /// `database` outlives it.
  explicit rocksdb_snapshots(rocksdb_database& database) : database_(database) {}
  void save(campaign_id campaign, const snapshot& value) override;
  std::optional<snapshot> load(campaign_id campaign) const override;
  result<std::vector<snapshot_mark>> marks() const override;
  /// Held alone, none is saved: a campaign that is removed meanwhile gets none of an event that is gone.
  std::shared_mutex& changing() { return changing_; }

private:
  rocksdb_database& database_;
  std::shared_mutex changing_;
};

} // namespace sluice
