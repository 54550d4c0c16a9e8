#pragma once
// Snapshots on RocksDB: the newest of each campaign.

#include "persistence/snapshots.hpp"

namespace sluice {

class rocksdb_database;

class rocksdb_snapshots final : public snapshot_store {
public:
  /// `database` outlives it.
  explicit rocksdb_snapshots(rocksdb_database& database) : database_(database) {}
  void save(campaign_id campaign, const snapshot& value) override;
  std::optional<snapshot> load(campaign_id campaign) const override;
  result<std::vector<snapshot_mark>> marks() const override;

private:
  rocksdb_database& database_;
};

} // namespace sluice
