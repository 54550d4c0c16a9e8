#pragma once
// An audience on its way in, and its rows as bytes, shared by every form of the audience store.
//
// A row is
//
//   varint  bytes of the row, from here on
//   varint  bytes of the address · the address
//   for each field: varint column · varint bytes of the value · the value
//
// with varints of seven bits a byte, lowest first, the high bit set on all but the last. A chunk is entries end to end:
//
//   0x01 · 16 random bytes · the row      one that is there
//   0x00 · 32 bytes, its leaf             one that was erased
//
// and the audience's hash is that of a tree over their leaves (persistence/audience_tree.hpp). In chunks of audiences of before
// a row stands alone, without a byte before it, which is more than 0x01 then: its length. Their hash is SHA-256, in
// hexadecimal, over
//
//   8 bytes   how many rows, big-endian
//   for each column: 4 bytes, the length of its name, big-endian · the name
//   32 bytes  SHA-256 over all rows, end to end

#include "messages/sha256.hpp"
#include "persistence/audience_tree.hpp"
#include "persistence/audiences.hpp"
#include "persistence/recipient_rows.hpp"

namespace sluice {

/// The bytes that a row may have, address and fields together.
inline constexpr std::size_t audience_row_bytes_max = 1U << 20U;

/// The error `not_found` of every form of the store.
std::unexpected<error> no_such_audience(audience_id id);

/// The same of one that was there: the notice `audience_deleted`.
std::unexpected<error> audience_was_deleted(audience_id id, std::string_view name, timestamp at);

/// Appends a row.
void encode_row(const recipient& row, std::string& to);

/// A row as it lies in a chunk.
struct row_entry {
  std::string_view row;  ///< its bytes behind their length; empty: it was erased
  std::string_view leaf; ///< what its leaf is SHA-256 of; of one that was erased the leaf itself
  bool is_erased() const { return row.empty(); }
  sha256_hash leaf_hash() const;
};

/// Appends the entry of a row that is there. `leaf`: what its leaf is the hash of, random bytes and row.
void append_entry(std::string_view leaf, std::string& chunk);

/// Takes the first entry off a chunk, without looking into its row; nothing when the bytes are none.
std::optional<row_entry> take_entry(std::string_view& chunk);

/// Reads an entry's row: its address, and its fields behind those that `fields` has; both point into
/// `row`. Nothing when the bytes are no row: then some of its fields may be there.
std::optional<std::string_view> read_row(std::string_view row, std::vector<field_view>& fields);

/// The chunk with its entry `place` erased; `leaf`: what is left of it. Nothing when the bytes are no entries.
std::optional<std::string> with_erased(std::string_view chunk, std::size_t place, const sha256_hash& leaf);

/// The hash of an audience of before, as its rows go by.
class flat_hash {
public:
  /// A row with its length.
  void add(std::string_view leaf) { rows_.update(leaf); }
  std::string finish(letter_index rows, std::span<const std::string> columns);

private:
  sha256_stream rows_;
};

/// What a writer knows of its audience besides the rows: columns, counts, hash, and the limits on them.
class audience_draft {
public:
  /// `salt_key`: 32 random bytes, for the tree's leaves.
  audience_draft(audience_id id, std::string name, timestamp now, std::string_view salt_key);
  /// See audience_writer::column.
  result<std::uint16_t> column(std::string_view name);
  /// `invalid_input` or `too_large` for a row that cannot be taken.
  result<void> check_row(const recipient& row) const;
  /// Counts a row in, appends its entry to `chunk` and returns its index.
  letter_index take(const recipient& row, std::string& chunk);
  /// Blocks of the tree that are whole by now, for keeping; after `finish` the rest.
  std::vector<tree_block> take_blocks() { return tree_.take_blocks(); }
  letter_index size() const { return info_.size; }
  audience_id id() const { return info_.id; }
  void rename(std::string name) { info_.name = std::move(name); }
  /// The whole, hash and all; `invalid_input` when no row was taken.
  result<audience_info> finish();

private:
  audience_info info_;
  salt_source salts_;
  audience_tree_builder tree_;
};

} // namespace sluice
