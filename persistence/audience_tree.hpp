#pragma once
// The hash tree of an audience, by which any part of it can be held against what a campaign's log says.
//
//   leaf      SHA-256(16 random bytes, kept with the row · the row as persistence/audience_rows.hpp writes it)
//   level 0   groups: SHA-256 of 128 leaves, end to end (the last one of fewer)
//   level n   SHA-256 of 128 hashes of level n-1, end to end, up to a level of one hash: the top
//   root      SHA-256("sluice audience 1\n" · 8 bytes, how many rows, big-endian
//                     · for each column: 4 bytes, the length of its name, big-endian · the name · the top)
//
// The audience's hash is "t1:" and the root in hexadecimal. The random bytes keep a leaf from being guessed back once its row
// was erased. Audiences of before have one hash over all rows; their leaves have no random bytes.
//
// Hashes of a level are kept in blocks of 128, one behind the other: what is hashed to the level above.

#include "messages/audience.hpp"
#include "messages/error.hpp"
#include "messages/sha256.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace sluice {

inline constexpr letter_index tree_fanout = 128;
inline constexpr std::size_t leaf_salt_bytes = 16;

/// Whether an audience's hash is a tree's.
bool is_tree_hash(std::string_view audience_hash);

/// How many hashes a level has, of an audience of so many rows. Level 0 has its groups.
letter_index tree_level_size(letter_index rows, unsigned level);

/// The audience's hash, of what stands at its top.
std::string tree_hash(letter_index rows, std::span<const std::string> columns, const sha256_hash& top);

/// Beside the tree, and no part of it: the first leaf_mark_bytes of each leaf, 16,384 leaves a block, so that an audit can name
/// the row of a group that changed. They stand as blocks of this level.
inline constexpr unsigned leaf_marks_level = 255;
inline constexpr std::size_t leaf_mark_bytes = 4;
inline constexpr letter_index leaf_marks_per_block = tree_fanout * tree_fanout;

/// Hashes of one level, from the one of number 128 · `index` on.
struct tree_block {
  unsigned level = 0;
  std::uint32_t index = 0;
  std::string hashes; ///< 32 bytes each
};

/// Makes the tree as rows come in, in a memory of 4 KiB a level and 64 KiB.
class audience_tree_builder {
public:
  void add(const sha256_hash& leaf);
  /// Blocks that are whole, for keeping; taken out.
  std::vector<tree_block> take_blocks() { return std::exchange(whole_, {}); }
  /// The top; then `take_blocks` has all that were left. At least one leaf was added.
  sha256_hash finish();

private:
  struct level {
    std::uint32_t blocks = 0; ///< that were whole
    std::string open;         ///< hashes of the next one
  };
  void push(unsigned number, const sha256_hash& hash);
  sha256_hash close(unsigned number);

  std::string group_; ///< leaves of the group that is being filled
  std::string marks_;
  std::uint32_t mark_blocks_ = 0;
  std::vector<level> levels_;
  std::vector<tree_block> whole_;
};

/// Random bytes for leaves: a stream of ChaCha20 (RFC 8439), whose key is random.
class salt_source {
public:
  /// `key`: 32 bytes.
  explicit salt_source(std::string_view key);
  ~salt_source();
  salt_source(salt_source&&) noexcept;
  salt_source& operator=(salt_source&&) noexcept;
  /// The next leaf_salt_bytes; valid until the next call.
  std::string_view next();

private:
  struct cipher;
  std::unique_ptr<cipher> cipher_;
};

/// Holds blocks of trees against the hash of their audience, and keeps those that were checked of late (4 KiB each). Any thread.
class tree_checker {
public:
  using read_block = std::function<result<std::string>(unsigned level, std::uint32_t index)>;

  /// Whether `group` (its number) of the audience has this hash: `read` gives its blocks. False where a block, or what is
  /// known of the audience (size, columns), is not what `info.hash` stands for.
  result<bool>
  is_right(const audience_info& info, std::uint32_t group, const sha256_hash& hash, const read_block& read);

private:
  using place = std::tuple<std::uint64_t, unsigned, std::uint32_t>; ///< audience, level, block
  struct checked_block {
    std::string hash; ///< of the audience as a whole
    std::string hashes;
    std::list<place>::iterator used;
  };
  static constexpr std::size_t blocks_max = 256;

  /// The block's hashes, checked up to the root; empty where it is wrong.
  result<std::string>
  checked(const audience_info& info, unsigned level, std::uint32_t index, const read_block& read);

  std::mutex mutex_; ///< guards what follows
  std::map<place, checked_block> blocks_;
  std::list<place> by_use_; ///< latest first
};

} // namespace sluice
