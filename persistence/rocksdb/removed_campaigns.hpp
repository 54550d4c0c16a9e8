#pragma once
// The campaigns that were removed, on RocksDB: in the family `default`
//
//   "removed/" campaign (8 BE)   → a CBOR map {"at", "over_since": ms since 1970, "audience": its number, 0 for none}
//   "garbage/" campaign (8 BE)   → empty: its bytes may be on the disk still

#include "persistence/removed_campaigns.hpp"
#include "persistence/rocksdb/range_cleaner.hpp"

#include <string>
#include <string_view>

namespace sluice {

class rocksdb_database;
class rocksdb_house_log;
class rocksdb_snapshots;

class rocksdb_removed_campaigns final : public removed_campaigns {
public:
  /// All outlive it.
  rocksdb_removed_campaigns(rocksdb_database& database,
                            rocksdb_house_log& house,
                            rocksdb_snapshots& snapshots);
  result<void> remove(house::campaign_removed what, const act& done) override;
  result<std::optional<removed_campaign>> find(campaign_id id) const override;
  result<void> visit(const std::function<void(const removed_campaign&)>& visitor) const override;
  void free_space() override;
  /// Waits until free_space has done what it was asked for.
  void finish() { cleaner_.finish(); }

private:
  rocksdb_database& database_;
  rocksdb_house_log& house_;
  rocksdb_snapshots& snapshots_;
  range_cleaner cleaner_;
};

inline constexpr std::string_view removed_prefix = "removed/";
std::string encode_removed(const removed_campaign& one);
/// Any bytes may come in; what is none is `corrupt`.
result<removed_campaign> decode_removed(campaign_id id, std::string_view value);

/// The highest id among them; 0 when there is none.
result<campaign_id> last_removed_campaign(const rocksdb_database& database);

} // namespace sluice
