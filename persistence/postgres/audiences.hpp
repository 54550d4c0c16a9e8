#pragma once
// Audiences in a shared store. Rows lie in compressed blocks (row_blocks.hpp), the index of addresses in sorted ones
// (address_blocks.hpp), the tree as in every form of the store: roots and hashes are the same to the byte.
//
// An import is put together in the node's own scratch folder and then brought to the database block by block; the commit makes it
// visible with its event, and with the answer to an idempotency key, in one transaction. What an import that broke off left is
// deleted by its node at its next start, or by any node a day later.
//
// Rows change by an erasure and by nothing else, which counts up the audience's version: each read asks for it, so that blocks
// that a node keeps unpacked are never read after that.

#include "persistence/audiences.hpp"
#include "persistence/postgres/audience_cleaner.hpp"
#include "persistence/postgres/import_scratch.hpp"
#include "persistence/postgres/row_blocks.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

namespace sluice {

class postgres_audience_writer;
class postgres_database;
class postgres_house_log;

/// What is kept unpacked of all audiences together: enough for the campaigns that send at once on one machine.
inline constexpr std::size_t row_block_cache_bytes = 16U << 20U;

class postgres_audiences final : public audience_store {
public:
  /// Deletes what unfinished imports left, where it may write. `database` and `house` outlive it, and it outlives its writers.
  /// `node`: who imports here; no other process does as this one. `scratch`: a folder for imports, this process's alone.
  postgres_audiences(postgres_database& database,
                     postgres_house_log& house,
                     std::int64_t node,
                     std::filesystem::path scratch);

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
  /// None of before can be in a shared store.
  result<void> keep_root(const audience_info&, const std::string&, const std::vector<tree_block>&) override;
  result<void> visit_addresses(
      audience_id id,
      const std::function<void(std::string_view address, letter_index row)>& visit) const override;

  /// Drops what is kept unpacked of it: some of it was erased.
  void forget_blocks(audience_id id) { blocks_.forget(id); }
  /// Waits until what was deleted here is gone from the database.
  void finish_cleaning() { cleaner_.finish(); }

private:
  friend class postgres_audience_writer;

  result<void> prepare_imports();
  result<audience_id> begin_import();
  result<std::vector<audience_info>> commit_writers(std::span<postgres_audience_writer* const> writers,
                                                    const act& done,
                                                    const audience_key_maker& key);
  /// As it is stored: its info, and its version.
  struct stored_audience {
    std::string info;
    std::int64_t version = 0;
  };
  result<stored_audience> stored(audience_id id) const; ///< `not_found`
  result<std::optional<std::string>> stored_bytes(audience_id id, const char* column) const;
  result<recipient_rows> read_stored_rows(audience_id id,
                                          const stored_audience& known,
                                          letter_index first,
                                          std::size_t count,
                                          std::size_t bytes_max) const;
  /// Some blocks, from the one with row `first` on, as far as `end` at most.
  result<std::vector<std::shared_ptr<const row_block>>>
  blocks_from(audience_id id, std::int64_t version, letter_index first, letter_index end) const;
  /// Blocks of the index, those behind `after` and with it that far; until `visit` is false.
  result<void> visit_address_blocks(
      audience_id id,
      const std::function<void(std::string_view first, std::string_view content)>& visit) const;

  postgres_database& database_;
  postgres_house_log& house_;
  const std::int64_t node_;
  mutable row_block_cache blocks_{row_block_cache_bytes};
  std::mutex preparing_;
  bool is_prepared_ = false; ///< guarded by preparing_
  import_scratch scratch_;
  postgres_audience_cleaner cleaner_;
};

} // namespace sluice
