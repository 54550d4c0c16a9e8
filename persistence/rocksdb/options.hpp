#pragma once
// How RocksDB is set: for small synced writes at a high rate, and large imports now and then.

#include "persistence/rocksdb/database.hpp"

#include <string_view>
#include <vector>

namespace sluice {

/// Where imports wait: tables that are full and not on the disk yet, and tables on it that nobody has merged yet.
inline constexpr std::uint64_t import_tables_in_memory_max = 2;
inline constexpr std::uint64_t import_tables_unsorted_max = 32;

/// The name of a column family on disk.
std::string_view name_of(family which);

/// For the database as a whole.
rocksdb::Options database_options(rocksdb::Env* env, open_mode mode);

/// For each column family, in the order of `family`.
std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const old_keys_filter& old_keys);

} // namespace sluice
