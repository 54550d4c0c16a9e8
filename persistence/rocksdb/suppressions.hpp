#pragma once
// Suppressions on RocksDB, one key for each address; Bloom filters answer most look-ups of addresses that
// are not in the list, which nearly all are.

#include "persistence/suppressions.hpp"

#include <mutex>

namespace sluice {

class rocksdb_database;

class rocksdb_suppressions final : public suppression_list {
public:
  /// `database` outlives it.
  explicit rocksdb_suppressions(rocksdb_database& database) : database_(database) {}
  result<std::size_t> add(const std::vector<suppression>& entries) override;
  result<std::size_t> remove(const std::vector<std::string>& emails) override;
  result<std::vector<std::optional<std::string>>>
  find(const std::vector<std::string_view>& emails) const override;
  result<std::vector<suppression>> list(std::string_view after, std::size_t limit) const override;

private:
  rocksdb_database& database_;
  std::mutex changing_; ///< looking whether an address is there and changing it are one step
};

} // namespace sluice
