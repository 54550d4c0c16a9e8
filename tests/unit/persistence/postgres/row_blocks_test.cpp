// Blocks of rows: their bytes, and those that are kept unpacked.
#include "persistence/postgres/row_blocks.hpp"
#include "tests/catch.hpp"

#include <rapidcheck.h>

using namespace sluice;

namespace {

std::shared_ptr<const row_block> block_of(letter_index first, letter_index rows, std::size_t bytes = 10) {
  return std::make_shared<const row_block>(row_block{first, rows, std::string(bytes, 'r')});
}

constexpr audience_id one_audience{7};

} // namespace

TEST_CASE("a block of rows is unpacked as it was packed") {
  const row_block block{2048, 3, std::string(1000, 'a') + "end"};
  const auto content = pack_row_block(block);
  CHECK(content.size() < 100);
  const auto again = unpack_row_block(2048, content);
  REQUIRE(again);
  CHECK(again->first == 2048);
  CHECK(again->rows == 3);
  CHECK(again->entries == block.entries);
}

TEST_CASE("a block of before is read for ever") {
  // The version, 2 rows, 5 bytes; zlib's head, a block stored as it is, and its Adler-32.
  const std::string content("\x01\0\0\0\x02\0\0\0\x05\x78\x01\x01\x05\0\xfa\xffhello\x06\x2c\x02\x15", 25);
  const auto block = unpack_row_block(0, content);
  REQUIRE(block);
  CHECK(block->rows == 2);
  CHECK(block->entries == "hello");
}

TEST_CASE("what is no block of rows is none, whatever its bytes are") {
  const auto content = pack_row_block({0, 3, "some entries of three rows"});
  for (std::size_t bytes = 0; bytes < content.size(); ++bytes)
    CHECK_FALSE(unpack_row_block(0, std::string_view(content).substr(0, bytes)));
  auto endless = content;
  endless[5] = '\x7f'; // two gigabytes, it says
  CHECK_FALSE(unpack_row_block(0, endless));
  auto newer = content;
  newer[0] = 2;
  CHECK_FALSE(unpack_row_block(0, newer));
  rc::check("any bytes", [](const std::string& bytes) { unpack_row_block(0, bytes); });
}

TEST_CASE("a kept block is found by each of its rows, of that version of its audience only") {
  row_block_cache cache(1000);
  cache.keep(one_audience, 1, block_of(0, 100));
  cache.keep(one_audience, 1, block_of(200, 100));
  for (const letter_index row : {0U, 99U})
    CHECK(cache.find(one_audience, 1, row)->first == 0);
  CHECK(cache.find(one_audience, 1, 299)->first == 200);
  for (const letter_index row : {100U, 199U, 300U})
    CHECK_FALSE(cache.find(one_audience, 1, row));
  CHECK_FALSE(cache.find(audience_id{6}, 1, 0));
  CHECK_FALSE(cache.find(audience_id{8}, 1, 0));
  CHECK_FALSE(cache.find(one_audience, 2, 0));
  CHECK_FALSE(cache.find(one_audience, 1, 0)); // what was before an erasure is kept no longer
}

TEST_CASE("no more blocks are kept than there is room for, those that were read last") {
  row_block_cache cache(100);
  for (letter_index first = 0; first < 10; ++first)
    cache.keep(one_audience, 1, block_of(first, 1, 25));
  CHECK_FALSE(cache.find(one_audience, 1, 5));
  REQUIRE(cache.find(one_audience, 1, 6));
  cache.keep(one_audience, 1, block_of(20, 1, 25));
  CHECK(cache.find(one_audience, 1, 6));
  CHECK_FALSE(cache.find(one_audience, 1, 7));
  cache.keep(one_audience, 1, block_of(30, 1, 101));
  CHECK_FALSE(cache.find(one_audience, 1, 30));
  CHECK(cache.find(one_audience, 1, 20));
  cache.forget(one_audience);
  CHECK_FALSE(cache.find(one_audience, 1, 20));
}
