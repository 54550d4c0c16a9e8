// The bytes that are stored, whatever the form of the store: hashes, rows, keys.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/audience_rows.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/key_record_codec.hpp"

#include <rapidcheck.h>

using namespace sluice;
using namespace sluice::testing;

TEST_CASE("SHA-256 gives the values of FIPS 180-4") {
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("a", "bc") == sha256("abc"));
  sha256_stream stream;
  CHECK(stream.update("a").update("").update("bc").finish() == sha256("abc"));
  CHECK(stream.update("abc").finish() == sha256("abc"));
}

TEST_CASE("big-endian numbers sort as the numbers do") {
  CHECK(rc::check([](std::uint64_t left, std::uint64_t right) {
    RC_ASSERT((big_endian(left) < big_endian(right)) == (left < right));
    RC_ASSERT(read_big_endian<std::uint64_t>(big_endian(left).data()) == left);
  }));
}

TEST_CASE("a record's hash is over its campaign, its number and its whole value") {
  journal_record record(cancelled_saying("words"));
  const auto hash = record.seal({3}, 7, sha256("before"));
  CHECK(hash == record_hash({3}, 7, record.value()));
  CHECK(hash == sha256(std::string(record.key()) + std::string(record.value())));
  CHECK(record.key() == record_key({3}, 7));
  CHECK(record.value().substr(0, 32) == as_text(sha256("before")));
  CHECK(hash != record_hash({3}, 8, record.value()));
  CHECK(hash != record_hash({4}, 7, record.value()));
}

TEST_CASE("rows are read back from a chunk as they were put in") {
  CHECK(rc::check([] {
    std::vector<recipient> rows;
    for (const auto& email :
         *rc::gen::container<std::vector<std::string>>(rc::gen::arbitrary<std::string>())) {
      recipient row{.email = email, .fields = {}};
      for (const auto& [column, value] :
           *rc::gen::arbitrary<std::vector<std::pair<std::uint16_t, std::string>>>())
        row.fields.push_back({column, value});
      rows.push_back(std::move(row));
    }
    std::string chunk;
    for (const auto& row : rows)
      encode_row(row, chunk);
    std::string_view left = chunk;
    for (const auto& row : rows) {
      const auto bytes = take_row(left);
      RC_ASSERT(bytes.has_value());
      RC_ASSERT(decode_row(*bytes) == row);
    }
    RC_ASSERT(left.empty());
  }));
}

TEST_CASE("bytes that are no rows are refused, whatever they are") {
  CHECK(rc::check([](const std::string& bytes) {
    std::string_view left = bytes;
    while (!left.empty()) {
      const auto before = left.size();
      const auto row = take_row(left);
      if (!row)
        break;
      RC_ASSERT(left.size() < before);
      static_cast<void>(decode_row(*row));
    }
  }));
}

TEST_CASE("a key's record is read back, and damaged ones are refused") {
  const key_record record{.key = "name\nkey",
                          .what = "create",
                          .campaign = {12},
                          .answer = {.status = status::draft, .changed = true, .version = 1, .in_flight = 0},
                          .at = at_second(9)};
  const auto value = encode_key_record(record);
  CHECK(expect(decode_key_record(record.key, value)) == record);
  for (std::size_t length = 0; length < value.size(); ++length)
    CHECK(decode_key_record(record.key, value.substr(0, length)).error().code == error_code::corrupt);
}
