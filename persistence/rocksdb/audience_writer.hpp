#pragma once
// One import into RocksDB; see persistence/rocksdb/audiences.hpp.

#include "persistence/audience_rows.hpp"
#include "persistence/rocksdb/bloom_filter.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rocksdb {
class WriteBatch;
}

namespace sluice {

class rocksdb_database;
class rocksdb_house_log;

class rocksdb_audience_writer final : public audience_writer {
public:
  /// The audience is marked as begun by now. `database` outlives it.
  rocksdb_audience_writer(rocksdb_database& database, rocksdb_house_log& house, audience_draft draft);
  ~rocksdb_audience_writer() override;
  rocksdb_audience_writer(const rocksdb_audience_writer&) = delete;
  rocksdb_audience_writer& operator=(const rocksdb_audience_writer&) = delete;

  result<std::uint16_t> column(std::string_view name) override;
  result<bool> add(const recipient& row) override;
  void rename(std::string name) override { draft_.rename(std::move(name)); }
  void describe(import_record how) override { how_ = std::move(how); }
  result<audience_info> commit(const act& done) override;

private:
  friend result<std::vector<audience_info>> commit_writers(rocksdb_database& database,
                                                           rocksdb_house_log& house,
                                                           std::span<rocksdb_audience_writer* const> writers,
                                                           const act& done,
                                                           const audience_key_maker& key);

  result<bool> is_known(std::string_view folded_address, std::uint64_t hash);
  result<void> write_chunk();
  /// The end of its rows, which are not durable yet.
  result<audience_info> finish();

  rocksdb_database& database_;
  rocksdb_house_log& house_;
  audience_draft draft_;
  bloom_filter seen_;
  std::string chunk_;
  letter_index chunk_first_ = 0;
  std::vector<std::pair<std::uint64_t, std::string>> chunk_addresses_; ///< hash, key
  std::optional<error> broken_; ///< a write failed, so that rows are missing: nothing goes on from there
  std::optional<import_record> how_;
  bool is_committed_ = false;
};

/// See audience_store::commit_all.
result<std::vector<audience_info>> commit_writers(rocksdb_database& database,
                                                  rocksdb_house_log& house,
                                                  std::span<rocksdb_audience_writer* const> writers,
                                                  const act& done,
                                                  const audience_key_maker& key);

/// Puts into a batch what deletes an audience's rows and addresses.
void delete_content(rocksdb::WriteBatch& batch, const rocksdb_database& database, audience_id id);

/// Puts into a batch what deletes everything that an import left.
void delete_import(rocksdb::WriteBatch& batch, const rocksdb_database& database, audience_id id);

} // namespace sluice
