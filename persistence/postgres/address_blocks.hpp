#pragma once
// The index of an audience's addresses in a shared store: sorted entries of
//
//   16 bytes  the address hidden (persistence/hidden_address.hpp)
//   4 bytes   the index of its row, big-endian
//
// in blocks, each under its first hidden address: whoever looks an address up reads the one block that it would be in. Hidden
// addresses are compared and no others, since two never are the same by chance (128 bits of a keyed hash); so the index holds
// nothing that an erasure would have to take out of it.

#include "messages/error.hpp"
#include "messages/id.hpp"
#include "persistence/hidden_address.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

inline constexpr std::size_t address_entry_bytes = hidden_address_bytes + sizeof(letter_index);
/// So few that a block lies in its table's own page and not beside it (2 KB), and a look-up costs one page.
inline constexpr std::size_t address_block_entries_max = 96;

struct address_entry {
  std::string_view hidden;
  letter_index row = 0;
};

/// The entry of that number of a block's.
address_entry address_entry_at(std::string_view block, std::size_t number);
inline std::size_t address_entries_in(std::string_view block) {
  return block.size() / address_entry_bytes;
}
/// The row of the address, where the block has it.
std::optional<letter_index> row_in_block(std::string_view block, std::string_view hidden);

/// Sorts the entries of an index of any length, of which it holds about a million at a time (40 MB): more of them lie in files
/// meanwhile, each with those that begin alike.
class address_sorter {
public:
  /// `folder` is there, for as long as this lives.
  address_sorter(std::filesystem::path folder, letter_index entries);
  ~address_sorter();
  address_sorter(const address_sorter&) = delete;
  address_sorter& operator=(const address_sorter&) = delete;

  result<void> add(std::string_view hidden, letter_index row);
  /// Visits all blocks in their order, until one is an error; once.
  result<void> finish(const std::function<result<void>(std::string_view block)>& visit);

private:
  struct close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  /// Entries that begin alike.
  struct run {
    std::string entries; ///< that are not in the file yet
    std::unique_ptr<std::FILE, close> file;
  };
  std::filesystem::path path_of(std::size_t number) const;
  result<void> write(std::size_t number);
  result<std::string> take(std::size_t number);
  std::unexpected<error> failed(std::size_t number) const;

  const std::filesystem::path folder_;
  std::vector<run> runs_;
};

} // namespace sluice
