#pragma once
// Rows of an audience as a shared store has them: blocks of entries (persistence/audience_rows.hpp), compressed. A block is
//
//   1 byte    1, the version
//   4 bytes   how many rows, big-endian
//   4 bytes   how many bytes they are unpacked, big-endian
//   the rest  the entries, end to end, in zlib's format (RFC 1950)
//
// It stands under the index of its first row.

#include "messages/id.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace sluice {

/// Whatever comes first ends a block; one row is in it at least. Eight of the tree's groups: measured, from 128 to 4096 rows a
/// block a row takes the same room (41 bytes of 87, of which 16 are random), and 1024 are unpacked in 0.26 ms; fewer would
/// cost who reads slice after slice a question each.
inline constexpr letter_index row_block_rows_max = 1024;
inline constexpr std::size_t row_block_bytes_max = 512U << 10U;

struct row_block {
  letter_index first = 0;
  letter_index rows = 0;
  std::string entries;
};

std::string pack_row_block(const row_block& block);
/// Any bytes may come in; nothing when they are no block.
std::optional<row_block> unpack_row_block(letter_index first, std::string_view content);

/// Blocks that were read of late, so that who reads rows one slice after the other unpacks a block once. Any thread.
class row_block_cache {
public:
  explicit row_block_cache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// The block of that row, of that version of the audience. What is kept of versions before goes: something was erased.
  std::shared_ptr<const row_block> find(audience_id audience, std::int64_t version, letter_index row);
  void keep(audience_id audience, std::int64_t version, std::shared_ptr<const row_block> block);
  void forget(audience_id audience);

private:
  using place = std::tuple<std::uint64_t, std::int64_t, letter_index>; ///< audience, version, first row
  struct kept_block {
    std::shared_ptr<const row_block> block;
    std::list<place>::iterator used;
  };
  using block_map = std::map<place, kept_block>;
  void drop(block_map::iterator first, block_map::iterator last);

  const std::size_t bytes_max_;
  std::mutex mutex_; ///< guards what follows
  block_map blocks_;
  std::list<place> by_use_; ///< latest first
  std::size_t bytes_ = 0;
};

} // namespace sluice
