#pragma once
// open_store with the file system given: what tests use to let the disk fail. Programs use open_store.

#include "persistence/store.hpp"

#include <rocksdb/file_system.h>

namespace sluice {

result<std::unique_ptr<store>> open_rocksdb_store(const std::filesystem::path& folder,
                                                  open_mode mode,
                                                  std::shared_ptr<rocksdb::FileSystem> files);

} // namespace sluice
