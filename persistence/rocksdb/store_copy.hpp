#pragma once
// The embedded store as one end of a copy (persistence/store_copy.hpp). As a target it has copying_format in the place of its
// format's number until it is complete, and in the family `default`
//
//   "copy/origin"   32 bytes, the origin's fingerprint; the source's URL, as it may be shown
//   "copy/place"    how far it is, see encode_copy_place
//   "copied"        once it is complete: 32 bytes, the fingerprint; 8 bytes, when: milliseconds since 1970; the URL

#include "persistence/rocksdb/environment.hpp"
#include "persistence/store_copy.hpp"

#include <filesystem>

namespace sluice {

/// Holds the folder's lock, so that no engine opens it meanwhile: `unavailable` where one has.
result<std::unique_ptr<copy_source>> open_rocksdb_copy_source(const std::filesystem::path& folder);

/// Makes the store, or goes on with one that such a copy began. `conflict` where there is another. `secret`: the source's.
result<std::unique_ptr<copy_target>> open_rocksdb_copy_target(const std::filesystem::path& folder,
                                                              const std::string& secret,
                                                              rocksdb_environment environment = {});

} // namespace sluice
