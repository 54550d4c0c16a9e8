#pragma once
// Reads a shared store as a copy wants it (persistence/store_copy.hpp), a page at a time.

#include "persistence/postgres/database.hpp"
#include "persistence/store_copy.hpp"

namespace sluice {

class postgres_copy_reader : public copy_source {
public:
  /// `database` outlives it.
  explicit postgres_copy_reader(const postgres_database& database) : database_(database) {}
  const std::string& secret() const override { return database_.cluster().secret; }
  result<std::vector<copy_record>> read(copy_table table, std::string_view after) const override;
  result<std::vector<std::pair<campaign_id, log_head>>> heads() const override;
  result<void> check_unused() const override { return {}; }

protected:
  const postgres_database& database_;

private:
  using page = std::vector<copy_record>;
  using row_reader = std::function<copy_record(const pg_rows&, std::size_t row)>;
  result<page> ask(const std::string& statement, const pg_parameters& of, const row_reader& read_row) const;
  result<page> read_audiences(std::string_view after) const;
  result<page> read_rows(std::string_view after) const;
  result<page> read_erased(std::string_view after) const;
  result<page> erased_of(std::int64_t audience) const;
};

} // namespace sluice
