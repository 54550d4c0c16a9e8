#pragma once
// Audiences on RocksDB. An import goes past the log into tables of its own and becomes visible, all at
// once, by one small synced write at its end; one that breaks off is swept away.
//
// In memory an import holds one chunk of rows (audience_chunk_rows_max, or about 256 KiB and a row), an
// address_sieve of 16 MiB, and its share of the family's write buffers (three of 64 MiB for all imports).

#include "persistence/audiences.hpp"

#include <memory>
#include <mutex>
#include <optional>

namespace sluice {

class rocksdb_database;

/// Rows kept under one key. Measured on a million rows: from 16 to 1024 to a key, imports and reads of 250
/// cost the same; a single row costs 9 µs to read up to 128, and 28 µs at 1024.
inline constexpr std::size_t audience_chunk_rows_max = 128;
inline constexpr std::size_t audience_chunk_bytes_max = 256U << 10U;

class rocksdb_audiences final : public audience_store {
public:
  /// Sweeps away what broken-off imports left, where it may write. `database` outlives it, and it outlives
  /// its writers.
  static result<std::unique_ptr<rocksdb_audiences>> open(rocksdb_database& database);

  result<std::unique_ptr<audience_writer>> begin(std::string name, timestamp now) override;
  result<audience_info> info(audience_id id) const override;
  result<std::vector<audience_info>> list() const override;
  result<std::vector<recipient>> read(audience_id id, letter_index first, std::size_t count) const override;
  result<std::optional<letter_index>> find(audience_id id, std::string_view email) const override;

private:
  explicit rocksdb_audiences(rocksdb_database& database) : database_(database) {}
  result<void> sweep();
  result<letter_index> size_of(audience_id id) const;

  rocksdb_database& database_;
  std::mutex beginning_;
  std::uint64_t next_id_ = 1; ///< guarded by beginning_
};

} // namespace sluice
