#pragma once
// Notes on RocksDB.

#include "persistence/notes.hpp"

namespace sluice {

class rocksdb_database;

class rocksdb_notes final : public note_store {
public:
  /// `database` outlives it.
  explicit rocksdb_notes(rocksdb_database& database) : database_(database) {}
  result<void> save(std::string_view name, std::string_view text) override;
  result<std::optional<std::string>> load(std::string_view name) const override;

private:
  rocksdb_database& database_;
};

} // namespace sluice
