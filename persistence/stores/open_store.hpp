#pragma once
// A store by its URL: the one place that knows all the forms that there are.
//
//   rocksdb:PATH, or the path of a folder alone     the embedded store (persistence/rocksdb/)
//   memory:                                         nothing is kept when it is closed (persistence/memory/)
//   postgresql://…                                  shared by several engines (persistence/postgres/), as libpq takes it

#include "persistence/store.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace sluice {

/// What only a store that is shared asks for.
struct shared_store_settings {
  std::string node = {};                ///< this engine's name among them, the same after a restart
  std::string address = {};             ///< where the others reach it; empty: they do not
  std::filesystem::path folder = "var"; ///< of this engine's own
  bool accept_single =
      false; ///< a database without a synchronous standby is taken: its disk's loss loses what it acknowledged
};

/// Opens (read_write: makes, when it is not there) the store of that URL. Fails with `invalid_input` when no form has
/// such URLs, `unavailable` when another process has it open for writing, `corrupt` when it is not ours or of a newer
/// format, `not_found` when there is no such store to read, `storage_failed` otherwise; each message says what to do.
/// Destroying it finishes every append that was begun. A read_only store refuses every write with
/// `not_permitted`; it shows what was there when it was opened, also while an engine writes on.
result<std::unique_ptr<store>>
open_store(const std::string& url, open_mode mode, const shared_store_settings& shared = {});

/// Whether several engines may share a store of that URL.
bool is_shared_store(std::string_view url);

/// A store's URL as it may be shown: without a password.
std::string shown_store_url(const std::string& url);

/// The folder that the store of that URL lives in, which other files of the engine may lie in too; `invalid_input`
/// where it lives in none, or no form has such URLs.
result<std::filesystem::path> store_folder(const std::string& url);

} // namespace sluice
