#pragma once
// Attachments in a shared store: pieces go to the database as they come in, each a transaction of its own, and the commit makes
// them one. What an upload that broke off left is deleted by its node at its next start, or by any node a day later.

#include "persistence/attachments.hpp"

#include <cstdint>
#include <mutex>

namespace sluice {

class postgres_database;

class postgres_attachments final : public attachment_store {
public:
  /// `database` outlives it. `node`: who uploads here; no other process does as this one.
  postgres_attachments(postgres_database& database, std::int64_t node);
  result<stored_attachment> info(std::string_view id) const override;
  result<std::vector<stored_attachment>> list(std::string_view after, std::size_t limit) const override;
  result<std::string> read(std::string_view id) const override;
  result<void> remove(std::string_view id) override;

private:
  class writer;
  result<std::unique_ptr<attachment_writer>> begin_upload(stored_attachment begun,
                                                          std::uint64_t bytes_max) override;
  result<void> prepare();
  result<void> give_up(std::int64_t upload);
  result<attachment_record> record_of(std::string_view id) const;
  result<std::string> read_pieces(const attachment_record& of) const;

  postgres_database& database_;
  const std::int64_t node_;
  std::mutex preparing_;
  bool is_prepared_ = false; ///< guarded by preparing_
};

} // namespace sluice
