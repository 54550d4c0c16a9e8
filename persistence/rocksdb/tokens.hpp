#pragma once
// Tokens on RocksDB: read whole when the store is opened, every change synced before it counts.

#include "persistence/token_table.hpp"

#include <memory>

namespace sluice {

class rocksdb_database;
class rocksdb_house_log;

/// Where they are kept.
class rocksdb_token_keeper : public token_keeper {
public:
  rocksdb_token_keeper(rocksdb_database& database, rocksdb_house_log& house) :
      database_(database), house_(house) {}
  result<void> keep(const sha256_hash& hash, const token_info& info, const act& done) override;
  result<void> rotate(const stored_token& added,
                      const stored_token* changed,
                      const std::vector<sha256_hash>& dropped,
                      const act& done) override;
  result<void>
  forget(const std::vector<sha256_hash>& hashes, const token_info& info, const act& done) override;

private:
  rocksdb_database& database_;
  rocksdb_house_log& house_;
};

/// The keeper is a base so that it is there before the table that holds on to it.
class rocksdb_tokens final : private rocksdb_token_keeper, public token_table {
public:
  /// Reads what there is. `database` and `house` outlive it.
  static result<std::unique_ptr<rocksdb_tokens>> load_from(rocksdb_database& database,
                                                           rocksdb_house_log& house);

private:
  rocksdb_tokens(rocksdb_database& database, rocksdb_house_log& house) :
      rocksdb_token_keeper(database, house), token_table(static_cast<token_keeper&>(*this)) {}
};

} // namespace sluice
