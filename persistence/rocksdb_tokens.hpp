#pragma once
// Tokens on RocksDB: read whole when the store is opened, every change synced before it counts.

#include "persistence/token_table.hpp"

#include <memory>

namespace sluice {

class rocksdb_database;

class rocksdb_tokens final : private token_keeper, public token_table {
public:
  /// Reads what there is. `database` outlives it.
  static result<std::unique_ptr<rocksdb_tokens>> load_from(rocksdb_database& database);

private:
  explicit rocksdb_tokens(rocksdb_database& database) : token_table(as_keeper()), database_(database) {}
  token_keeper& as_keeper() { return *this; }
  result<void> keep(const sha256_hash& hash, const token_info& info) override;
  result<void> forget(const sha256_hash& hash) override;

  rocksdb_database& database_;
};

} // namespace sluice
