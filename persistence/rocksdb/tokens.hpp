#pragma once
// Tokens on RocksDB: read whole when the store is opened, every change synced before it counts.

#include "persistence/token_table.hpp"

#include <memory>

namespace sluice {

class rocksdb_database;

/// Where they are kept.
class rocksdb_token_keeper : public token_keeper {
public:
  explicit rocksdb_token_keeper(rocksdb_database& database) : database_(database) {}
  result<void> keep(const sha256_hash& hash, const token_info& info) override;
  result<void> forget(const sha256_hash& hash) override;

private:
  rocksdb_database& database_;
};

/// The keeper is a base so that it is there before the table that holds on to it.
class rocksdb_tokens final : private rocksdb_token_keeper, public token_table {
public:
  /// Reads what there is. `database` outlives it.
  static result<std::unique_ptr<rocksdb_tokens>> load_from(rocksdb_database& database);

private:
  explicit rocksdb_tokens(rocksdb_database& database) :
      rocksdb_token_keeper(database), token_table(static_cast<token_keeper&>(*this)) {}
};

} // namespace sluice
