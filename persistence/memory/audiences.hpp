#pragma once
// Audiences in memory, as rows; their hashes are those that the disk form gives.

#include "persistence/audiences.hpp"

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace sluice {

class memory_audiences final : public audience_store {
public:
  /// `journal` has the keys, and outlives it.
  explicit memory_audiences(sluice::journal& journal) : journal_(journal) {}

  result<std::unique_ptr<audience_writer>> begin(std::string name, timestamp now) override;
  result<std::vector<audience_info>> commit_all(std::span<const std::unique_ptr<audience_writer>> writers,
                                                const audience_key_maker& key) override;
  result<audience_info> rename(audience_id id, std::string name) override;
  result<void> remove(audience_id id, timestamp now) override;
  result<audience_info> info(audience_id id) const override;
  result<std::vector<audience_info>> list() const override;
  result<recipient_rows>
  read_rows(audience_id id, letter_index first, std::size_t count, std::size_t bytes_max) const override;
  result<std::optional<import_summary>> import_of(audience_id id) const override;
  result<std::vector<left_out_entry>> left_out(audience_id id) const override;
  result<std::vector<std::optional<letter_index>>>
  find_all(audience_id id, std::span<const std::string_view> emails) const override;

private:
  struct audience {
    audience_info info;
    std::optional<import_record> how;
    std::vector<recipient> rows;
    std::unordered_map<std::string, letter_index> index_of; ///< by address in lower case
  };
  using audience_ptr = std::shared_ptr<const audience>;
  class writer;
  struct deleted {
    std::string name;
    timestamp at;
  };

  /// Frozen once it is in here, so that it is read without the lock; `not_found` if it is not.
  result<audience_ptr> get(audience_id id) const;
  std::unexpected<error> missing(audience_id id) const; ///< under the lock

  sluice::journal& journal_;
  mutable std::shared_mutex mutex_;
  std::uint64_t next_id_ = 1;
  std::map<audience_id, audience_ptr> audiences_;
  std::map<audience_id, deleted> deleted_;
};

} // namespace sluice
