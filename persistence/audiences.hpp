#pragma once
// Audiences: named, frozen, ordered lists of recipients. They are streamed in and out, never held whole.

#include "messages/audience.hpp"
#include "messages/error.hpp"
#include "messages/import_record.hpp"
#include "messages/principal.hpp"
#include "messages/time.hpp"
#include "persistence/audience_tree.hpp"
#include "persistence/journal.hpp"
#include "persistence/recipient_rows.hpp"
#include "persistence/table_fault.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// An audience that is being put together. Nothing of it is seen until `commit`; dropped before that (or
/// the process dies) it leaves nothing behind. Used from one thread. The store outlives it.
class audience_writer {
public:
  virtual ~audience_writer() = default;
  /// The column of that name, made if it is new; `too_large` past audience_columns_max.
  virtual result<std::uint16_t> column(std::string_view name) = 0;
  /// True: taken; false: the address is in it already (compared without regard to case), left out.
  virtual result<bool> add(const recipient& row) = 0;
  // Both are taken over by who keeps them: NOLINTBEGIN(performance-unnecessary-value-param)
  /// Another name than it was begun with.
  virtual void rename(std::string name) { static_cast<void>(name); }
  /// How it was read and what was left out: kept with the audience by `commit`, where this is called before. A writer that
  /// keeps nothing but rows need not.
  virtual void describe(import_record how) { static_cast<void>(how); }
  // NOLINTEND(performance-unnecessary-value-param)
  /// Makes it durable and visible. `invalid_input` when no row was taken. Here and below `done`: by whom and when, for the
  /// house's log.
  virtual result<audience_info> commit(const act& done) = 0;
};

/// The answer to an idempotency key, made of what is answered.
using audience_key_maker = std::function<key_record(const std::vector<audience_info>&)>;

/// What is read of an audience in one go, where nobody says otherwise.
inline constexpr std::size_t audience_read_bytes_max = 4U << 20U;

class audience_store {
public:
  virtual ~audience_store() = default;
  virtual result<std::unique_ptr<audience_writer>> begin(std::string name, timestamp now) = 0;
  /// Makes several, begun in this store, durable and visible at once: all of them or, after a failure or a crash, none.
  /// The key, where there is one, is remembered with them in the same write.
  virtual result<std::vector<audience_info>>
  commit_all(std::span<const std::unique_ptr<audience_writer>> writers,
             const act& done,
             const audience_key_maker& key = {}) = 0;
  /// Gives it another name; campaigns keep the one that they were bound to. Durable when it returns.
  virtual result<audience_info> rename(audience_id id, std::string name, const act& done) = 0;
  /// Deletes it: from then on nobody reads a row of it, and every question about it is answered `not_found` with the
  /// notice `audience_deleted`. All or nothing, durable when it returns, and quick however long it is; its bytes leave
  /// the disk some time later. Its id is never given again.
  virtual result<void> remove(audience_id id, const act& done) = 0;
  virtual result<audience_info> info(audience_id id) const = 0; ///< `not_found`
  virtual result<std::vector<audience_info>> list() const = 0;  ///< lowest id first
  /// Rows first … first+count-1; fewer at the audience's end, and where more would take over `bytes_max` (one row
  /// is read at least). Any thread.
  virtual result<recipient_rows> read_rows(audience_id id,
                                           letter_index first,
                                           std::size_t count,
                                           std::size_t bytes_max = audience_read_bytes_max) const = 0;
  /// Rows as of read_rows, held against `hash`, which a campaign's log has of the audience: whoever reads rows to make letters
  /// of them reads them so. `corrupt` with the notice `audience_changed`, which names the audience, the group and its first
  /// row, where they are others. An audience of before is read whole the first time. Any thread.
  result<recipient_rows> read_checked(audience_id id,
                                      std::string_view hash,
                                      letter_index first,
                                      std::size_t count,
                                      std::size_t bytes_max = audience_read_bytes_max);
  /// Everything that is wrong with an audience, as its `info` has it: rows, their order, columns, the index of its addresses.
  /// It reads all of it.
  result<std::vector<table_fault>> verify(const audience_info& info) const;
  /// How a row's leaf leads to the audience's hash.
  struct row_proof {
    std::string sealed; ///< random bytes and row: what the leaf is SHA-256 of; of an erased row the leaf
    bool is_erased = false;
    std::vector<std::string>
        path; ///< of each level from the leaves up, the hashes that are hashed to the next, end to end
    bool is_right = false; ///< it leads there
  };
  result<row_proof> prove(const audience_info& info, letter_index row) const;
  /// Hashes of one level of its tree, see audience_tree.hpp; empty where there are none.
  virtual result<std::string> tree_hashes(audience_id id, unsigned level, std::uint32_t index) const = 0;
  /// Keeps the tree that was made of an audience of before, and tells of it in the house's log.
  virtual result<void>
  keep_root(const audience_info& info, const std::string& root, const std::vector<tree_block>& blocks) = 0;
  /// Visits the index of addresses: a folded address, or of an erased row nothing, and the row.
  virtual result<void>
  visit_addresses(audience_id id,
                  const std::function<void(std::string_view address, letter_index row)>& visit) const = 0;
  /// Rows first … first+count-1, or fewer at the end, as values of their own: for few rows. Any thread.
  result<std::vector<recipient>> read(audience_id id, letter_index first, std::size_t count) const;
  /// How it was read and how much was left out; nothing where that was not kept (audiences of before, copies).
  virtual result<std::optional<import_summary>> import_of(audience_id id) const = 0;
  /// The first rows that were left out, left_out_listed_max at most.
  virtual result<std::vector<left_out_entry>> left_out(audience_id id) const = 0;
  /// Where an address stands; nothing if it is not in there.
  result<std::optional<letter_index>> find(audience_id id, std::string_view email) const;
  /// The same of many addresses, each answered at its place. What lies on a disk is read in its order, so that thousands
  /// at once cost a fraction of what they do one by one.
  virtual result<std::vector<std::optional<letter_index>>>
  find_all(audience_id id, std::span<const std::string_view> emails) const = 0;

private:
  /// `info` with the hash of its tree, which is made where there is none yet.
  result<audience_info> rooted(audience_info info);

  mutable tree_checker checker_;
  std::mutex rooting_; ///< one audience of before after the other
};

} // namespace sluice
