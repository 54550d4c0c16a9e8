#pragma once
// Partials on RocksDB.

#include "persistence/partials.hpp"

#include <mutex>

namespace sluice {

class rocksdb_database;

class rocksdb_partials final : public partial_store {
public:
  /// `database` outlives it.
  explicit rocksdb_partials(rocksdb_database& database) : database_(database) {}
  result<stored_partial>
  put(std::string_view name, std::string_view content, std::string_view by, timestamp now) override;
  result<void> remove(std::string_view name, std::string_view by, timestamp now) override;
  result<stored_partial> find(std::string_view name, std::optional<std::uint32_t> version) const override;
  result<std::vector<stored_partial>> list() const override;

private:
  /// The last version, a deletion's too; nothing when there never was one.
  result<std::optional<stored_partial>> last_of(std::string_view name) const;
  result<void> write(const stored_partial& one);

  rocksdb_database& database_;
  std::mutex changing_; ///< finding the last version and writing the next are one step
};

} // namespace sluice
