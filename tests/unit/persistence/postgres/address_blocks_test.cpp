// The index of addresses, as blocks.
#include "persistence/postgres/address_blocks.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

using namespace sluice;
using namespace sluice::testing;

namespace {

std::string hidden_of(letter_index row) {
  static const address_hider hide("a test's");
  return hide(std::to_string(row) + "@example.com");
}

/// The index of so many addresses, made by a sorter that was told of `said`.
std::vector<std::string> index_of(letter_index count, letter_index said) {
  const temporary_folder folder;
  std::vector<std::string> blocks;
  {
    address_sorter sorter(folder.path(), said);
    for (letter_index row = 0; row < count; ++row)
      expect(sorter.add(hidden_of(row), row));
    expect(sorter.finish([&](std::string_view block) -> result<void> {
      blocks.emplace_back(block);
      return {};
    }));
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  return blocks;
}

} // namespace

TEST_CASE("every address of an index is in the block that it would be looked for in, and no other is") {
  constexpr letter_index count = 5'000;
  const auto blocks = index_of(count, count);
  CHECK(blocks.size() == (count + address_block_entries_max - 1) / address_block_entries_max);
  for (letter_index row = 0; row < count; ++row) {
    const auto hidden = hidden_of(row);
    auto block = std::ranges::upper_bound(blocks, hidden, {}, [](const std::string& one) {
      return std::string(address_entry_at(one, 0).hidden);
    });
    REQUIRE(block != blocks.begin());
    CHECK(row_in_block(*--block, hidden) == row);
    CHECK_FALSE(row_in_block(*block, hidden_of(row + count)));
  }
  CHECK_FALSE(row_in_block("", hidden_of(0)));
}

TEST_CASE("an index that was sorted by way of files is the one that was sorted in memory") {
  constexpr letter_index count = 20'000;
  CHECK(index_of(count, 3'000'000) == index_of(count, count));
}
