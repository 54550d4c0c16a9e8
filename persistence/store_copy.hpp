#pragma once
// What a copy of a store from one form to another goes through: everything that a store keeps, as tables of records that are the
// same in every form, byte for byte. Each form reads and writes them in its own room; persistence/stores/copy_store.hpp drives
// both. Only a copy uses this: nothing here asks a house's log, an owner or a fence. Numbers are big-endian.
//
//   table                key                                            value
//   audiences            'd', audience (8)                              its deletion  (persistence/audience_info_codec.hpp)
//                        'i', audience (8)                              what is known of it
//                        'l', audience (8)                              rows that its import left out
//                        'm', audience (8)                              how its import read it
//   audience_rows        audience (8), row (4)                          its entry     (persistence/audience_rows.hpp)
//   erased_addresses     audience (8), row (4)                          the address hidden (16), of a row that was erased
//   audience_hashes      audience (8), level (1), block (4)             hashes        (persistence/audience_tree.hpp)
//   suppressions         as of persistence/rocksdb/suppression_keys.hpp, but for the ends
//   tokens               SHA-256 of the secret (32)                     the token     (persistence/token_codec.hpp)
//   keys                 an idempotency key                             its answer    (persistence/key_record_codec.hpp)
//   notes                a note's name                                  its text
//   partials             name, 0x00, version (4)                        the partial   (persistence/partials.hpp)
//   attachment_pieces    upload (8), piece (4)                          a piece of the content
//   attachments          SHA-256 of the content (32)                    the attachment (persistence/attachments.hpp)
//   removed              campaign (8)                                   when it was removed (8), since when it was over (8), its list (8)
//   events               campaign (8; 0: the house's log), number (8)   the record    (persistence/journal.hpp)
//   counters             "audience" or "upload"                         the last number that was given (8)
//
// Snapshots are made again, the index of addresses is made of the rows. What an import or an upload left that broke off, and
// bytes of what was deleted, stay behind.

#include "messages/error.hpp"
#include "persistence/audiences.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// In the order in which they are copied: what hangs on another comes behind it.
enum class copy_table : std::uint8_t {
  audiences,
  audience_rows,
  erased_addresses,
  audience_hashes,
  suppressions,
  tokens,
  keys,
  notes,
  partials,
  attachment_pieces,
  attachments,
  removed,
  events,
  counters
};
inline constexpr std::size_t copy_table_count = 14;

/// As people read it: "rows of lists".
std::string_view name_of(copy_table table);

struct copy_record {
  std::string key;
  std::string value;
  bool operator==(const copy_record&) const = default;
};

/// Read at once, about; one record is read at least.
inline constexpr std::size_t copy_page_bytes = 1U << 20U;

/// How far a copy has come: behind this record of this table. At the beginning: an empty key of the first table.
struct copy_place {
  copy_table table{};
  std::string key;
};
std::string encode_copy_place(const copy_place& place);
/// Nothing where the bytes are none.
std::optional<copy_place> decode_copy_place(std::string_view bytes);

/// A store that is read whole. Nobody writes to it meanwhile.
class copy_source {
public:
  virtual ~copy_source() = default;
  /// See store::secret.
  virtual const std::string& secret() const = 0;
  /// The table's records behind the key `after` in the order of their keys, a page of them; empty: there are no more.
  virtual result<std::vector<copy_record>> read(copy_table table, std::string_view after) const = 0;
  /// Where each log ends, the house's first, as the store itself has it.
  virtual result<std::vector<std::pair<campaign_id, log_head>>> heads() const = 0;
  /// `unavailable` where an engine works on it, or did since this was opened.
  virtual result<void> check_unused() const = 0;
};

/// What the target keeps of its copy, for good.
struct copy_origin {
  std::string fingerprint; ///< 32 bytes, of the source's secret and of where its logs ended
  std::string from;        ///< the source's URL, as it may be shown
};

/// A store that is being made of another's records. No engine opens it before it is complete.
class copy_target {
public:
  virtual ~copy_target() = default;
  /// Where the copy of that origin broke off, or the beginning; `conflict` where another copy was begun here.
  virtual result<copy_place> begin(const copy_origin& origin) = 0;
  /// Keeps records of one table, which follow each other, and with them where the copy stands, in one write; one that is there
  /// already gives way. Survives the process.
  virtual result<void>
  put(copy_table table, std::span<const copy_record> records, const copy_place& place) = 0;
  /// Makes what comes of the records: the index of addresses, names of tokens, the ends of counters. Done again it does no harm.
  virtual result<void> derive() = 0;
  /// What it holds by now.
  virtual const copy_source& contents() const = 0;
  virtual const audience_store& audiences() const = 0;
  /// From now on it is a store as any other. `at`: when that was, which it keeps with the origin.
  virtual result<void> complete(timestamp at) = 0;
};

/// The words for a store whose copy is not complete.
std::string copy_incomplete_words(std::string_view where);
/// In the place of the format's number, so that engines of before refuse it, too.
inline constexpr std::uint32_t copying_format = 2'147'483'647;

// -- keys --------------------------------------------------------------------------------------------------------------

/// An audience and a row of it, or an upload and its piece.
std::string copy_key(std::uint64_t first, std::uint32_t second);
/// The number that a key begins with, or has from `at` on; 0 where it is too short, as at the beginning of a table.
std::uint64_t copy_number(std::string_view key, std::size_t at = 0);
std::uint32_t copy_index(std::string_view key, std::size_t at = sizeof(std::uint64_t));

} // namespace sluice
