#pragma once
// How RocksDB is set: for small synced writes at a high rate, and large imports now and then.

#include "persistence/rocksdb/database.hpp"

#include <string_view>
#include <vector>

namespace sluice {

/// The name of a column family on disk.
std::string_view name_of(family which);

/// For the database as a whole.
rocksdb::Options database_options(rocksdb::Env* env, open_mode mode);

/// For each column family, in the order of `family`.
std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const old_keys_filter& old_keys);

} // namespace sluice
