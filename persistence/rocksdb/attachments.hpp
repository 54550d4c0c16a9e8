#pragma once
// Attachments on RocksDB.

#include "persistence/attachments.hpp"

#include <cstdint>
#include <mutex>

namespace sluice {

class rocksdb_database;

class rocksdb_attachments final : public attachment_store {
public:
  /// `database` outlives it. Uploads that the last process did not finish are deleted.
  explicit rocksdb_attachments(rocksdb_database& database);
  result<stored_attachment> info(std::string_view id) const override;
  result<std::vector<stored_attachment>> list(std::string_view after, std::size_t limit) const override;
  result<std::string> read(std::string_view id) const override;
  result<void> remove(std::string_view id) override;

private:
  class writer;
  result<std::unique_ptr<attachment_writer>> begin_upload(stored_attachment begun,
                                                          std::uint64_t bytes_max) override;

  result<void> prepare();
  result<attachment_record> record_of(std::string_view id) const;

  rocksdb_database& database_;
  std::mutex changing_; ///< which attachments there are, and the next number
  bool is_prepared_ = false;
  std::uint64_t next_number_ = 1;
};

} // namespace sluice
