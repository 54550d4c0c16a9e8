#pragma once
// Suppressions on RocksDB, one key for each entry (suppression_keys.hpp). Nearly all addresses that are looked up are not
// in the list: a Bloom filter in memory says so of a list of up to suppressions_filtered_max (32 KiB for ten thousand, 3
// MiB for a million), RocksDB's own of a larger one. Keys of domains and of lists are asked for only where there are any
// such entries, so that a list of addresses alone pays nothing for them.

#include "messages/house_event.hpp"
#include "persistence/hidden_address.hpp"
#include "persistence/rocksdb/bloom_filter.hpp"
#include "persistence/suppressions.hpp"

#include <mutex>
#include <shared_mutex>
#include <span>

namespace sluice {

class rocksdb_database;
class rocksdb_house_log;

/// Reading them when the store is opened takes a few tenths of a second.
inline constexpr std::uint64_t suppressions_filtered_max = 1'000'000;

class rocksdb_suppressions final : public suppression_list {
public:
  /// `database` and `house` outlive it.
  rocksdb_suppressions(rocksdb_database& database, rocksdb_house_log& house);
  result<std::size_t> add(const std::vector<suppression>& entries, const act& done) override;
  result<std::size_t>
  remove(const std::vector<std::string>& targets, std::string_view list, const act& done) override;
  result<void>
  visit(const std::function<void(const suppression& entry, std::string_view hidden)>& visitor) const override;
  result<std::vector<std::optional<suppression>>> find(const std::vector<std::string_view>& emails,
                                                       const suppression_scope& scope) const override;
  result<suppression_page> list(const suppression_query& query) const override;

  /// What erasing a recipient changes, to be put into a batch.
  struct erasure {
    std::size_t count = 0;                                 ///< entries that named it
    std::vector<std::string> gone;                         ///< keys
    std::vector<std::pair<std::string, std::string>> puts; ///< keys and values
    std::optional<house::suppressions_added> added;        ///< it was none before
  };
  result<erasure> prepare_erasure(std::string_view address, timestamp now);
  std::mutex& changing() { return changing_; }
  /// Before they are on the disk: who looks in between finds too much in the filter, never too little.
  void announce(const std::vector<std::string_view>& keys);

  /// From now on every question is answered with this: what stands in the list is not to be trusted. Nothing: it is again.
  void distrust(std::optional<error> why);

private:
  /// Of which kinds there are entries, or were since the store was opened.
  struct kinds {
    bool of_lists = false;
    bool of_domains = false;
    bool below_domains = false;
    bool of_erased = false;
  };
  class question;

  bool fill_filter();
  kinds kinds_on_disk() const;
  /// Deletes entries that have ended, some at a time. Under changing_.
  result<void> sweep(timestamp now);
  result<std::size_t> add_some(std::span<const suppression> entries, const act& done);
  const address_hider* hider_if_erased() const;
  std::string hidden_target(std::string_view key) const;
  result<void>
  for_each_key_of(std::string_view target,
                  std::string_view address,
                  const std::function<void(std::string_view key, suppression entry)>& visit) const;

  rocksdb_database& database_;
  rocksdb_house_log& house_;
  std::mutex changing_; ///< looking whether an address is there and changing it are one step
  mutable std::shared_mutex filter_mutex_;
  bloom_filter filter_;
  kinds kinds_;                     ///< under filter_mutex_, as the filter
  std::optional<error> distrusted_; ///< likewise
  bool filter_is_whole_;            ///< false: it does not hold the whole list, and says nothing
};

} // namespace sluice
