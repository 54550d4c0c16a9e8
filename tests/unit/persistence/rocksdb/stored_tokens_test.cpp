// How tokens are stored: for ever readable as they were written first.
#include "persistence/token_codec.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::testing;
using nlohmann::json;

namespace {

std::string cbor_text(const char* text) {
  std::string bytes;
  json::to_cbor(json::parse(text), bytes);
  return bytes;
}

} // namespace

TEST_CASE("tokens are stored as they ever were") {
  const auto hash = sha256("slc_first");
  const auto id = to_hex(hash).substr(0, 8);
  const std::vector<std::pair<const char*, token_info>> records{
      {R"({"name": "shop", "role": "operator", "at": 5})",
       {id, "shop", role::operator_, timestamp(milliseconds(5))}},
      {R"({"name": "shop", "role": "watcher", "at": 5, "until": 9, "domains": ["shop.example"], "tags": ["spring"]})",
       {id,
        "shop",
        role::watcher,
        timestamp(milliseconds(5)),
        timestamp(milliseconds(9)),
        {{"shop.example"}, {"spring"}}}},
      {R"({"name": "shop", "role": "admin", "at": 5, "id": "0a0b0c0d", "until": 9, "old": true})",
       {"0a0b0c0d", "shop", role::admin, timestamp(milliseconds(5)), timestamp(milliseconds(9)), {}, true}}};
  for (const auto& [record, info] : records) {
    INFO(record);
    CHECK(encode_token(hash, info) == cbor_text(record));
    CHECK(expect(decode_token(hash, cbor_text(record))) == info);
  }
}

TEST_CASE("what is no stored token is damaged, and not a token without limits") {
  const auto hash = sha256("slc_first");
  for (const auto* wrong : {R"([])", R"({"name": "a", "role": "root", "at": 5})",
                            R"({"name": "a", "role": "viewer", "at": 5, "domains": "shop.example"})",
                            R"({"name": "a", "role": "viewer", "at": 5, "tags": [1]})",
                            R"({"name": "a", "role": "viewer", "at": 5, "until": "never"})"}) {
    INFO(wrong);
    CHECK(decode_token(hash, cbor_text(wrong)).error().code == error_code::corrupt);
  }
}
