#pragma once
// The embedded store, in a data folder: one RocksDB with a column family for each kind of thing, opened by one process
// at a time for writing and by any number for reading.
//
//   events        campaign (8 BE) number (8 BE)           → see persistence/journal.hpp
//   audiences, suppressions, snapshots, tokens, keys, partials, attachments → see the .cpp that owns each
//   default       "format" → "1", "running" → see persistence/rocksdb/running_time.hpp, "note/…" → see notes.cpp

#include "persistence/rocksdb/environment.hpp"
#include "persistence/store.hpp"

#include <filesystem>
#include <memory>

namespace sluice {

/// See open_store.
result<std::unique_ptr<store>>
open_rocksdb_store(const std::filesystem::path& folder, open_mode mode, rocksdb_environment environment = {});

} // namespace sluice
