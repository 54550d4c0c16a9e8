#pragma once
// The data folder: one RocksDB with a column family for each kind of thing, opened by one process at a
// time for writing and by any number for reading.
//
//   events        campaign (8 BE) number (8 BE)           → see persistence/journal.hpp
//   audiences, suppressions, snapshots, tokens, keys      → see the .cpp that owns each
//   default       "format" → "1"
//
// Acknowledged means synced. When the disk fails or is full, writes answer `storage_failed` and go on by
// themselves when it is back.

#include "persistence/audiences.hpp"
#include "persistence/journal.hpp"
#include "persistence/snapshots.hpp"
#include "persistence/suppressions.hpp"
#include "persistence/tokens.hpp"

#include <filesystem>
#include <memory>

namespace sluice {

enum class open_mode : std::uint8_t { read_write, read_only };

class store {
public:
  virtual ~store() = default;
  virtual sluice::journal& journal() = 0;
  virtual const sluice::journal& journal() const = 0;
  virtual audience_store& audiences() = 0;
  virtual const audience_store& audiences() const = 0;
  virtual suppression_list& suppressions() = 0;
  virtual snapshot_store& snapshots() = 0;
  virtual const snapshot_store& snapshots() const = 0;
  virtual token_store& tokens() = 0;
  /// The highest campaign id ever used; the next draft gets one more.
  virtual result<campaign_id> last_campaign() const = 0;
};

/// Opens (read_write: makes, when it is not there) the store in `folder`. Fails with `unavailable` when
/// another process has it open for writing, `corrupt` when it is not ours or of a newer format, `not_found`
/// when there is no such folder to read, `storage_failed` otherwise; each message says what to do.
/// Destroying it finishes every append that was begun. A read_only store refuses every write with
/// `not_permitted`; it shows what was there when it was opened, also while an engine writes on.
result<std::unique_ptr<store>> open_store(const std::filesystem::path& folder, open_mode mode);

/// The same interfaces in memory, for tests and simulation: appends are done at once, in the caller's
/// thread, before `append` returns.
std::unique_ptr<store> make_memory_store();

} // namespace sluice
