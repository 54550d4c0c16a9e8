#pragma once
// A store by its URL: the one place that knows all the forms that there are.
//
//   rocksdb:PATH, or the path of a folder alone     the embedded store (persistence/rocksdb/)
//   memory:                                         nothing is kept when it is closed (persistence/memory/)

#include "persistence/store.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace sluice {

/// Opens (read_write: makes, when it is not there) the store of that URL. Fails with `invalid_input` when no form has
/// such URLs, `unavailable` when another process has it open for writing, `corrupt` when it is not ours or of a newer
/// format, `not_found` when there is no such store to read, `storage_failed` otherwise; each message says what to do.
/// Destroying it finishes every append that was begun. A read_only store refuses every write with
/// `not_permitted`; it shows what was there when it was opened, also while an engine writes on.
result<std::unique_ptr<store>> open_store(const std::string& url, open_mode mode);

/// The folder that the store of that URL lives in, which other files of the engine may lie in too; `invalid_input`
/// where it lives in none, or no form has such URLs.
result<std::filesystem::path> store_folder(const std::string& url);

} // namespace sluice
