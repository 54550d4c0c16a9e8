#include "adapters/http/chunked_body.hpp"

#include "tests/catch.hpp"

#include <rapidcheck.h>

#include <cstdio>
#include <string>

using namespace sluice;
using Catch::Matchers::Contains;

namespace {

struct decoded_chunks {
  std::string body;
  std::size_t taken = 0;
  bool is_complete = false;
  std::string fault;
};

/// What becomes of the bytes when they come in pieces of that size.
decoded_chunks decode_chunks(std::string_view bytes, std::size_t piece_bytes) {
  chunked_body decoder;
  decoded_chunks made;
  while (made.taken < bytes.size() && !decoder.is_complete()) {
    const auto piece = bytes.substr(made.taken, piece_bytes);
    const auto taken = decoder.take(piece, [&](std::string_view data) { made.body += data; });
    if (!taken) {
      made.fault = taken.error().message;
      break;
    }
    made.taken += *taken;
    if (*taken < piece.size())
      break;
  }
  made.is_complete = decoder.is_complete();
  return made;
}

} // namespace

TEST_CASE(
    "chunks: what is between the sizes is the body, and what follows the last one is the next request's") {
  const std::string bytes =
      "5\r\nhello\r\n0007\r\n, world\r\n1A\r\n" + std::string(26, '!') + "\r\n0\r\n\r\nGET /";
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
    INFO(piece);
    const auto made = decode_chunks(bytes, piece);
    CHECK(made.fault.empty());
    CHECK(made.is_complete);
    CHECK(made.body == "hello, world" + std::string(26, '!'));
    CHECK(bytes.substr(made.taken) == "GET /");
  }
}

TEST_CASE("chunks: an extension or a trailer is refused at its first byte") {
  for (const auto& [bytes, taken] : std::vector<std::pair<std::string, std::string>>{
           {"5;", "extension"},
           {"5;name=value\r\nhello", "extension"},
           {"0;", "extension"},
           {"0\r\nX", "trailers"},
           {"5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n", "trailers"}}) {
    INFO(bytes);
    const auto made = decode_chunks(bytes, 1);
    CHECK_THAT(made.fault, Catch::Matchers::ContainsSubstring(taken));
    CHECK_FALSE(made.is_complete);
  }
}

TEST_CASE("chunks: a size must be hexadecimal digits, not too many, and every line must end in CRLF") {
  for (const auto* wrong : {"\r\n", "x\r\n", " 5\r\nhello", "5 \r\nhello", "+5\r\nhello", "0x5\r\nhello",
                            "-1\r\n", "5\nhello", "5\r\nhello\n0\r\n\r\n", "5\r\nhelloX\r\n", "5\rX",
                            "00000000000000005\r\nhello", "11111111111111111\r\n", "0\r\n\n", "0\r\n\rX"}) {
    INFO(wrong);
    CHECK_FALSE(decode_chunks(wrong, 1000).fault.empty());
  }
  CHECK(decode_chunks("ffffffffffffffff\r\nx", 1000).body == "x");
}

TEST_CASE("chunks: any body comes out as it went in, whatever the pieces") {
  CHECK(rc::check([](const std::vector<std::string>& chunks) {
    std::string bytes;
    std::string body;
    for (const auto& one : chunks) {
      if (one.empty())
        continue;
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", one.size());
      bytes += size + one + "\r\n";
      body += one;
    }
    bytes += "0\r\n\r\nrest";
    const auto made = decode_chunks(bytes, *rc::gen::inRange<std::size_t>(1, 50));
    RC_ASSERT(made.is_complete);
    RC_ASSERT(made.body == body);
    RC_ASSERT(bytes.substr(made.taken) == "rest");
  }));
}
