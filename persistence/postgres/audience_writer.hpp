#pragma once
// One import into a shared store; see persistence/postgres/audiences.hpp.

#include "persistence/audiences.hpp"
#include "persistence/postgres/import_scratch.hpp"

#include <memory>
#include <optional>

namespace sluice {

class postgres_audiences;

class postgres_audience_writer final : public audience_writer {
public:
  /// `id`: begun by now. `local`: of the scratch's store.
  postgres_audience_writer(postgres_audiences& of,
                           audience_id id,
                           std::shared_ptr<import_scratch::open_scratch> scratch,
                           std::unique_ptr<audience_writer> local);
  ~postgres_audience_writer() override;
  postgres_audience_writer(const postgres_audience_writer&) = delete;
  postgres_audience_writer& operator=(const postgres_audience_writer&) = delete;

  result<std::uint16_t> column(std::string_view name) override;
  result<bool> add(const recipient& row) override;
  void rename(std::string name) override;
  void describe(import_record how) override { how_ = std::move(how); }
  result<audience_info> commit(const act& done) override;

private:
  friend class postgres_audiences;

  /// The end of its rows; brings them to the database, where nobody sees them yet.
  result<audience_info> finish(const act& done);

  postgres_audiences& of_;
  const audience_id id_;
  std::shared_ptr<import_scratch::open_scratch> scratch_; ///< nothing once the rows are in the database
  std::unique_ptr<audience_writer> local_;
  std::optional<import_record> how_;
  std::optional<error> broken_; ///< nothing goes on from there
  bool is_committed_ = false;
};

} // namespace sluice
