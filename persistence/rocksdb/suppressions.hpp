#pragma once
// Suppressions on RocksDB, one key for each address. Nearly all addresses that are looked up are not in the list:
// a Bloom filter in memory says so of a list of up to suppressions_filtered_max (32 KiB for ten thousand, 3 MiB
// for a million), RocksDB's own of a larger one.

#include "persistence/rocksdb/bloom_filter.hpp"
#include "persistence/suppressions.hpp"

#include <mutex>
#include <shared_mutex>

namespace sluice {

class rocksdb_database;

/// Reading them when the store is opened takes a few tenths of a second.
inline constexpr std::uint64_t suppressions_filtered_max = 1'000'000;

class rocksdb_suppressions final : public suppression_list {
public:
  /// `database` outlives it.
  explicit rocksdb_suppressions(rocksdb_database& database);
  result<std::size_t> add(const std::vector<suppression>& entries) override;
  result<std::size_t> remove(const std::vector<std::string>& emails) override;
  result<std::vector<std::optional<std::string>>>
  find(const std::vector<std::string_view>& emails) const override;
  result<std::vector<suppression>> list(std::string_view after, std::size_t limit) const override;

private:
  bool fill_filter();
  /// Which of the addresses may be in the list, by their place.
  std::vector<std::size_t> candidates(const std::vector<std::string_view>& folded) const;

  rocksdb_database& database_;
  std::mutex changing_; ///< looking whether an address is there and changing it are one step
  mutable std::shared_mutex filter_mutex_;
  bloom_filter filter_;
  bool filter_is_whole_; ///< false: it does not hold the whole list, and says nothing
};

} // namespace sluice
