#pragma once
// An audience on its way in, and its rows as bytes, shared by every form of the audience store.
//
// A row is
//
//   varint  bytes of the row, from here on
//   varint  bytes of the address · the address
//   for each field: varint column · varint bytes of the value · the value
//
// with varints of seven bits a byte, lowest first, the high bit set on all but the last. A chunk is rows
// end to end. The hash of an audience is SHA-256 over
//
//   8 bytes   how many rows, big-endian
//   for each column: 4 bytes, the length of its name, big-endian · the name
//   32 bytes  SHA-256 over all rows, end to end

#include "messages/sha256.hpp"
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

/// Takes the first row off a chunk, without looking into it; nothing when the bytes are no row.
std::optional<std::string_view> take_row(std::string_view& chunk);

/// Reads a row that `take_row` gave: its address, and its fields behind those that `fields` has; both point into
/// `row`. Nothing when the bytes are no row: then some of its fields may be there.
std::optional<std::string_view> read_row(std::string_view row, std::vector<field_view>& fields);

/// What a writer knows of its audience besides the rows: columns, counts, hash, and the limits on them.
class audience_draft {
public:
  audience_draft(audience_id id, std::string name, timestamp now);
  /// See audience_writer::column.
  result<std::uint16_t> column(std::string_view name);
  /// `invalid_input` or `too_large` for a row that cannot be taken.
  result<void> check_row(const recipient& row) const;
  /// Counts a row in, appends its bytes to `chunk` and returns its index.
  letter_index take(const recipient& row, std::string& chunk);
  letter_index size() const { return info_.size; }
  audience_id id() const { return info_.id; }
  void rename(std::string name) { info_.name = std::move(name); }
  /// The whole, hash and all; `invalid_input` when no row was taken.
  result<audience_info> finish();

private:
  audience_info info_;
  sha256_stream rows_;
};

} // namespace sluice
