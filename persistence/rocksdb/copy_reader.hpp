#pragma once
// Reads the embedded store as a copy wants it (persistence/store_copy.hpp).

#include "persistence/rocksdb/database.hpp"
#include "persistence/store_copy.hpp"

namespace sluice {

class rocksdb_copy_reader : public copy_source {
public:
  /// `database` outlives it.
  explicit rocksdb_copy_reader(const rocksdb_database& database) : database_(database) {}
  const std::string& secret() const override { return database_.secret(); }
  result<std::vector<copy_record>> read(copy_table table, std::string_view after) const override;
  result<std::vector<std::pair<campaign_id, log_head>>> heads() const override;
  result<void> check_unused() const override { return {}; }

private:
  using page = std::vector<copy_record>;
  result<page> read_audiences(std::string_view after) const;
  result<page> read_rows(std::string_view after) const;
  result<page> read_erased(std::string_view after) const;
  result<page> read_counters(std::string_view after) const;
  /// The first audience from that id on that is there; nothing: there is none.
  result<std::optional<audience_id>> audience_from(std::uint64_t id) const;
  /// What stands under `prefix` is a record's key, and `take` says what of it is copied.
  using taker = std::function<result<bool>(copy_record&)>;
  result<page>
  scan(family from, std::string_view prefix, std::string_view after, const taker& take = {}) const;

  const rocksdb_database& database_;
};

} // namespace sluice
