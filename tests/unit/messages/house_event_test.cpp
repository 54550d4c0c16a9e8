// The stored form of the house's events about who may do what. These records are for ever: a change that makes one of them fail
// makes old logs unreadable. A new version gets new records here, beside these.
#include "messages/house_event_json.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using nlohmann::json;

namespace {

constexpr timestamp house_at{milliseconds{5}};
constexpr timestamp house_later{milliseconds{1'796'115'600'250}};

std::vector<std::pair<const char*, house_body>> house_records() {
  return {
      {R"({"t": "token_created", "v": 1, "at": 5, "by": "anna", "token": "12345678", "id": "0a0b0c0d", "name": "shop",
           "role": "operator", "hash": "ab"})",
       house::token_created{"0a0b0c0d", "shop", "operator", "ab"}},
      {R"({"t": "token_created", "v": 1, "at": 5, "by": "anna", "token": "12345678", "id": "0a0b0c0d", "name": "shop",
           "role": "operator", "hash": "ab", "adopted": true})",
       house::token_created{"0a0b0c0d", "shop", "operator", "ab", true}},
      {R"({"t": "token_created", "v": 2, "at": 5, "by": "anna", "token": "12345678", "id": "0a0b0c0d", "name": "shop",
           "role": "watcher", "hash": "ab", "expires_at": 1796115600250,
           "limits": [["domain", "shop.example"], ["tag", "spring"]]})",
       house::token_created{"0a0b0c0d",
                            "shop",
                            "watcher",
                            "ab",
                            false,
                            house_later,
                            {{"domain", "shop.example"}, {"tag", "spring"}}}},
      {R"({"t": "token_rotated", "v": 1, "at": 5, "by": "anna", "token": "12345678", "id": "0a0b0c0d", "name": "shop",
           "hash": "cd", "expires_at": 1796115600250, "old_until": 6})",
       house::token_rotated{"0a0b0c0d", "shop", "cd", house_later, timestamp{milliseconds{6}}}},
      {R"({"t": "token_rotated", "v": 1, "at": 5, "by": "anna", "token": "12345678", "id": "0a0b0c0d", "name": "shop",
           "hash": "cd"})",
       house::token_rotated{"0a0b0c0d", "shop", "cd", {}, {}}},
      {R"({"t": "token_revoked", "v": 1, "at": 5, "by": "anna", "token": "12345678", "id": "0a0b0c0d", "name": "shop"})",
       house::token_revoked{"0a0b0c0d", "shop"}},
      {R"({"t": "signed_in", "v": 1, "at": 5, "by": "anna", "token": "12345678", "role": "moderator"})",
       house::signed_in{"moderator"}},
      {R"({"t": "signed_out", "v": 1, "at": 5, "by": "anna", "token": "12345678", "why": "idle"})",
       house::signed_out{"idle"}}};
}

} // namespace

TEST_CASE("events about who may do what are stored as they ever were, and read from that") {
  for (const auto& [record, body] : house_records()) {
    INFO(record);
    const house_event whole{house_at, {"anna", "12345678"}, body};
    CHECK(to_json(whole) == json::parse(record));
    const auto stored = encode_house_event(whole);
    CHECK(stored == json::to_cbor(json::parse(record)));
    const auto read = decode_house_event(stored);
    REQUIRE(read);
    CHECK(*read == whole);
  }
}

TEST_CASE("a version that is not known, and limits that are none, are refused") {
  for (const auto* wrong :
       {R"({"t": "token_created", "v": 3, "at": 5, "id": "a", "name": "b", "role": "viewer", "hash": "ab"})",
        R"({"t": "token_revoked", "v": 2, "at": 5, "id": "a", "name": "b"})",
        R"({"t": "token_created", "v": 0, "at": 5, "id": "a", "name": "b", "role": "viewer", "hash": "ab"})",
        R"({"t": "token_created", "v": 2, "at": 5, "id": "a", "name": "b", "role": "viewer", "hash": "ab",
            "limits": ["domain"]})"}) {
    INFO(wrong);
    CHECK(house_event_from_json(json::parse(wrong)).error().code == error_code::corrupt);
  }
}
