#pragma once
// Audiences on RocksDB. An import goes past the log into tables of its own and becomes visible, all at
// once, by one small synced write at its end; what one that breaks off left is deleted.
//
// In memory an import holds one chunk of rows (audience_chunk_rows_max, or about 256 KiB and a row) and a bloom_filter
// (32 KiB, 18 MiB for six million rows); all imports together have the family's write buffers (three of 16 MiB), and
// wait where the disk does not keep up with these (see import_throttle.hpp).
//
// A deletion is one small synced write, which hides all keys of the audience at once (a range of them, whatever their
// number); an range_cleaner takes their bytes off the disk afterwards.

#include "messages/house_event.hpp"
#include "persistence/audiences.hpp"
#include "persistence/rocksdb/range_cleaner.hpp"

#include <memory>
#include <mutex>
#include <optional>

namespace sluice {

class rocksdb_database;
class rocksdb_house_log;

/// Rows kept under one key. Measured on a million rows: from 16 to 1024 to a key, imports and reads of 250
/// cost the same; a single row costs 9 µs to read up to 128, and 28 µs at 1024.
inline constexpr std::size_t audience_chunk_rows_max = 128;
inline constexpr std::size_t audience_chunk_bytes_max = 256U << 10U;

class rocksdb_audiences final : public audience_store {
public:
  /// Deletes what unfinished imports left, where it may write. `database` outlives it, and it outlives
  /// its writers.
  rocksdb_audiences(rocksdb_database& database, rocksdb_house_log& house);

  result<std::unique_ptr<audience_writer>> begin(std::string name, timestamp now) override;
  result<std::vector<audience_info>> commit_all(std::span<const std::unique_ptr<audience_writer>> writers,
                                                const act& done,
                                                const audience_key_maker& key) override;
  result<audience_info> rename(audience_id id, std::string name, const act& done) override;
  result<void> remove(audience_id id, const act& done) override;
  result<audience_info> info(audience_id id) const override;
  result<std::vector<audience_info>> list() const override;
  result<recipient_rows>
  read_rows(audience_id id, letter_index first, std::size_t count, std::size_t bytes_max) const override;
  result<std::optional<import_summary>> import_of(audience_id id) const override;
  result<std::vector<left_out_entry>> left_out(audience_id id) const override;
  result<std::vector<std::optional<letter_index>>>
  find_all(audience_id id, std::span<const std::string_view> emails) const override;
  result<std::string> tree_hashes(audience_id id, unsigned level, std::uint32_t index) const override;
  result<void> keep_root(const audience_info& info,
                         const std::string& root,
                         const std::vector<tree_block>& blocks) override;
  result<void> visit_addresses(
      audience_id id,
      const std::function<void(std::string_view address, letter_index row)>& visit) const override;

  /// What erasing a recipient changes of one audience, to be put into a batch; nothing where it is not in there.
  struct row_erasure {
    audience_id audience;
    letter_index row = 0;
    std::vector<std::pair<std::string, std::string>> puts; ///< key and value
    std::string gone_key;                                  ///< of the index of addresses
    std::optional<house_event> rooted;                     ///< its tree is another one now
  };
  /// An audience of before has its tree by now. Under `changing`.
  result<std::optional<row_erasure>>
  prepare_erasure(const audience_info& info, std::string_view address, timestamp now);
  std::mutex& changing() { return changing_; }

private:
  result<void>
  replace_leaf(const audience_info& info, row_erasure& into, const sha256_hash& leaf, timestamp now);
  result<void> clean_left_out(const audience_info& info, std::string_view address, row_erasure& into) const;
  result<std::optional<std::string>> index_key_of(audience_id id, std::string_view email) const;
  /// Before the first import: the next id, and the end of those that did not finish.
  result<void> prepare_imports();
  result<void> delete_unfinished_imports();
  result<void> clean_up_deleted();
  /// What is stored of an audience as a whole; `not_found`, also where it was deleted.
  result<std::string> stored_info(audience_id id) const;
  /// Its size, and the mark of its rows' keys.
  struct layout {
    letter_index size = 0;
    char rows = 0;
  };
  result<layout> layout_of(audience_id id) const;
  result<recipient_rows>
  read_stored_rows(audience_id id, letter_index first, std::size_t count, std::size_t bytes_max) const;

  rocksdb_database& database_;
  rocksdb_house_log& house_;
  std::mutex changing_;
  bool is_prepared_ = false; ///< guarded by changing_, as what follows
  std::uint64_t next_id_ = 1;
  range_cleaner cleaner_;
};

/// What a deleted audience may have left on the disk.
deleted_ranges ranges_of_deleted(audience_id id);

} // namespace sluice
