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
      recipient row{.email = "a" + email, .fields = {}};
      for (const auto& [column, value] :
           *rc::gen::arbitrary<std::vector<std::pair<std::uint16_t, std::string>>>())
        row.fields.push_back({column, value});
      rows.push_back(std::move(row));
    }
    std::string chunk;
    for (const auto& row : rows)
      encode_row(row, chunk);
    const recipient_rows read({chunk.begin(), chunk.end()});
    RC_ASSERT(read.size() == rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row)
      RC_ASSERT(to_recipient(read[row]) == rows[row]);
  }));
}

TEST_CASE("bytes that are no rows are passed over, whatever they are, and the rows before them are read") {
  CHECK(rc::check([](const std::string& bytes) {
    const recipient row{.email = "ann@example.com", .fields = {{1, "Ann"}}};
    std::string chunk;
    encode_row(row, chunk);
    chunk += bytes;
    const recipient_rows read({chunk.begin(), chunk.end()});
    RC_ASSERT(!read.empty());
    RC_ASSERT(to_recipient(read[0]) == row);
    for (std::size_t other = 1; other < read.size(); ++other)
      static_cast<void>(to_recipient(read[other]));
  }));
}

TEST_CASE("a key's record is read back, and damaged ones are refused") {
  const key_record record{.key = "name\nkey",
                          .what = "create",
                          .campaign = {12},
                          .answer = {.status = status::draft, .changed = true, .version = 1, .in_flight = 0},
                          .at = at_second(9)};
  const auto value = encode_key_record(record, std::chrono::hours(5));
  CHECK(key_record_running_time(value) == std::chrono::hours(5));
  CHECK(expect(decode_key_record(record.key, value)) == record);
  for (std::size_t length = 0; length < value.size(); ++length)
    CHECK(decode_key_record(record.key, value.substr(0, length)).error().code == error_code::corrupt);

  // Of a request that is no campaign's, with whatever octets it was answered with.
  auto answered = record;
  answered.campaign = {};
  answered.response = std::string("\0\xff{}", 4);
  CHECK(expect(decode_key_record(answered.key, encode_key_record(answered, {}))) == answered);

  // The same, as the first version wrote it.
  std::string first_version(81, '\0');
  REQUIRE(from_hex(
      "0000018bcfe58b28a366616e73776572a4676368616e676564f569696e5f666c6967687400667374617475736564726166"
      "746776657273696f6e016863616d706169676e0c647768617466637265617465",
      {reinterpret_cast<std::uint8_t*>(first_version.data()), first_version.size()}));
  CHECK(expect(decode_key_record(record.key, first_version)) == record);
  CHECK(key_record_running_time(first_version) == milliseconds{0});
}
