#include "adapters/http/request_framing.hpp"

#include "tests/catch.hpp"

#include <vector>

using namespace sluice;

namespace {

using lines = std::vector<std::string_view>;

} // namespace

TEST_CASE("framing: no body, one of known length, one in chunks") {
  CHECK(framing_of(11, lines{}, lines{}) == body_framing{});
  CHECK(framing_of(11, lines{}, lines{"0"}) == body_framing{});
  CHECK(framing_of(10, lines{}, lines{"17"}) == body_framing{body_form::length, 17});
  CHECK(framing_of(11, lines{}, lines{"17", "17"}) == body_framing{body_form::length, 17});
  CHECK(framing_of(11, lines{"chunked"}, lines{}) == body_framing{body_form::chunked, 0});
  CHECK(framing_of(11, lines{" Chunked\t"}, lines{}) == body_framing{body_form::chunked, 0});
}

TEST_CASE("framing: what two programs could read in two ways is refused") {
  // A transfer coding that is not the last one, is none of ours, or is there with a length (RFC 9112, 6.1 and 6.3).
  for (const auto& codings :
       {lines{"chunked, gzip"}, lines{"gzip, chunked"}, lines{"gzip"}, lines{"identity"}, lines{""},
        lines{"chunked", "chunked"}, lines{"gzip", "chunked"}, lines{"chunked,"}, lines{"chunked, "},
        lines{"chunked;q=1"}, lines{"\vchunked"}}) {
    INFO(codings.front());
    CHECK_FALSE(framing_of(11, codings, lines{}));
  }
  CHECK_FALSE(framing_of(11, lines{"chunked"}, lines{"5"}));
  CHECK_FALSE(framing_of(11, lines{"chunked"}, lines{"0"}));
  CHECK_FALSE(framing_of(10, lines{"chunked"}, lines{}));
  for (const auto& lengths : {lines{"5", "6"}, lines{"5, 5"}, lines{"+5"}, lines{"-1"}, lines{"0x5"},
                              lines{""}, lines{"5 5"}, lines{"99999999999999999999"}}) {
    INFO(lengths.front());
    CHECK_FALSE(framing_of(11, lines{}, lengths));
  }
}
