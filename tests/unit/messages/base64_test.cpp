#include "messages/base64.hpp"

#include "tests/catch.hpp"

using namespace sluice;

TEST_CASE("base64 is that of RFC 4648, with padding and in one line") {
  CHECK(to_base64("").empty());
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  CHECK(to_base64("foob") == "Zm9vYg==");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
  CHECK(to_base64({"\xff\xfe\x00", 3}) == "//4A");
  CHECK(to_base64(std::string(1000, '\xfb')).find_first_of("\r\n") == std::string::npos);
}

TEST_CASE("base64 is put behind what is there") {
  std::string text = "=?utf-8?B?";
  append_base64(text, "Welt");
  CHECK(text == "=?utf-8?B?V2VsdA==");
}

TEST_CASE("base64 for URLs has neither padding nor what a URL gives a meaning") {
  CHECK(to_base64url("").empty());
  CHECK(to_base64url("f") == "Zg");
  CHECK(to_base64url("fo") == "Zm8");
  CHECK(to_base64url({"\xff\xfe\xfb", 3}) == "__77");
  CHECK(to_base64url({"\xfb\xef\xbe", 3}) == "----");
  CHECK(to_base64url(std::string(32, 'x')).size() == 43);
}
