#include "adapters/http/request_framing.hpp"

#include "tests/catch.hpp"

#include <vector>

using namespace sluice;

namespace {

using field_lines = std::vector<std::string_view>;

} // namespace

TEST_CASE("framing: no body, one of known length, one in chunks") {
  CHECK(framing_of(11, field_lines{}, field_lines{}) == body_framing{});
  CHECK(framing_of(11, field_lines{}, field_lines{"0"}) == body_framing{});
  CHECK(framing_of(10, field_lines{}, field_lines{"17"}) == body_framing{body_form::length, 17});
  CHECK(framing_of(11, field_lines{}, field_lines{"17", "17"}) == body_framing{body_form::length, 17});
  CHECK(framing_of(11, field_lines{"chunked"}, field_lines{}) == body_framing{body_form::chunked, 0});
  CHECK(framing_of(11, field_lines{" Chunked\t"}, field_lines{}) == body_framing{body_form::chunked, 0});
}

TEST_CASE("framing: what two programs could read in two ways is refused") {
  // A transfer coding that is not the last one, is none of ours, or is there with a length (RFC 9112, 6.1 and 6.3).
  for (const auto& codings :
       {field_lines{"chunked, gzip"}, field_lines{"gzip, chunked"}, field_lines{"gzip"},
        field_lines{"identity"}, field_lines{""}, field_lines{"chunked", "chunked"},
        field_lines{"gzip", "chunked"}, field_lines{"chunked,"}, field_lines{"chunked, "},
        field_lines{"chunked;q=1"}, field_lines{"\vchunked"}}) {
    INFO(codings.front());
    CHECK_FALSE(framing_of(11, codings, field_lines{}));
  }
  CHECK_FALSE(framing_of(11, field_lines{"chunked"}, field_lines{"5"}));
  CHECK_FALSE(framing_of(11, field_lines{"chunked"}, field_lines{"0"}));
  CHECK_FALSE(framing_of(10, field_lines{"chunked"}, field_lines{}));
  for (const auto& lengths :
       {field_lines{"5", "6"}, field_lines{"5, 5"}, field_lines{"+5"}, field_lines{"-1"}, field_lines{"0x5"},
        field_lines{""}, field_lines{"5 5"}, field_lines{"99999999999999999999"}}) {
    INFO(lengths.front());
    CHECK_FALSE(framing_of(11, field_lines{}, lengths));
  }
}
