#pragma once
// Audiences in memory, as rows; their hashes are those that the disk form gives.

#include "persistence/audiences.hpp"
#include "persistence/erasure.hpp"

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace sluice {

class memory_house_log;

class memory_audiences final : public audience_store {
public:
  /// `house`, and `journal`, which has the keys, outlive it.
  memory_audiences(memory_house_log& house, sluice::journal& journal) : house_(house), journal_(journal) {}
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
  /// None of before can be in memory.
  result<void> keep_root(const audience_info&, const std::string&, const std::vector<tree_block>&) override;
  result<void> visit_addresses(
      audience_id id,
      const std::function<void(std::string_view address, letter_index row)>& visit) const override;

  /// Erases the row of that address wherever there is one, and says where.
  std::vector<erasure::place> erase(std::string_view address);

private:
  struct audience {
    audience_info info;
    std::optional<import_record> how;
    std::string chunk; ///< its entries, end to end
    std::vector<std::size_t> entry_begins;
    std::map<std::pair<unsigned, std::uint32_t>, std::string> blocks; ///< of its tree, by level and number
    std::unordered_map<std::string, letter_index> index_of;           ///< by address in lower case
  };
  using audience_ptr = std::shared_ptr<const audience>;
  class writer;
  struct deleted {
    std::string name;
    timestamp at;
  };

  /// In the house's log; under the lock.
  result<void> tell_of(const audience& made, const act& done);
  /// Frozen once it is in here, so that it is read without the lock; `not_found` if it is not.
  result<audience_ptr> get(audience_id id) const;
  std::unexpected<error> missing(audience_id id) const; ///< under the lock

  memory_house_log& house_;
  sluice::journal& journal_;
  mutable std::shared_mutex mutex_;
  std::uint64_t next_id_ = 1;
  std::map<audience_id, audience_ptr> audiences_;
  std::map<audience_id, deleted> deleted_;
};

} // namespace sluice
