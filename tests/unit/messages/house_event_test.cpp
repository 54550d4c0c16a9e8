// The house's events as they are stored: these texts stay readable for ever.
#include "messages/house_event_json.hpp"
#include "messages/notice_words.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <set>

using namespace sluice;

namespace {

constexpr timestamp house_noon{milliseconds{1'796'115'600'250}};

struct house_example {
  house_body body;
  const char* stored; ///< beside "at", "by", "token"
};

std::vector<house_example> house_examples() {
  const std::string hidden = "0123456789abcdef";
  return {
      {house::log_began{"ab12"}, R"({"t":"log_began","v":1,"key_hash":"ab12"})"},
      {house::engine_started{"0.1.0", {{"", "null:"}, {"b", "smtp://b:25"}}, {{"listen", "\"[::1]:1\""}}},
       R"({"t":"engine_started","v":1,"version":"0.1.0","relays":{"":"null:","b":"smtp://b:25"},"settings":{"listen":"\"[::1]:1\""}})"},
      {house::token_created{"aabbccdd", "olga", "operator", "00ff", false},
       R"({"t":"token_created","v":1,"id":"aabbccdd","name":"olga","role":"operator","hash":"00ff"})"},
      {house::token_created{"aabbccdd", "olga", "operator", "00ff", true},
       R"({"t":"token_created","v":1,"id":"aabbccdd","name":"olga","role":"operator","hash":"00ff","adopted":true})"},
      {house::token_created{"aabbccdd",
                            "shop",
                            "watcher",
                            "00ff",
                            false,
                            house_noon,
                            {{"domain", "shop.example"}, {"tag", "spring"}}},
       R"({"t":"token_created","v":2,"id":"aabbccdd","name":"shop","role":"watcher","hash":"00ff","expires_at":1796115600250,"limits":[["domain","shop.example"],["tag","spring"]]})"},
      {house::token_rotated{"aabbccdd", "shop", "cd", house_noon, house_noon},
       R"({"t":"token_rotated","v":1,"id":"aabbccdd","name":"shop","hash":"cd","expires_at":1796115600250,"old_until":1796115600250})"},
      {house::token_rotated{"aabbccdd", "shop", "cd", {}, {}},
       R"({"t":"token_rotated","v":1,"id":"aabbccdd","name":"shop","hash":"cd"})"},
      {house::signed_in{"moderator"}, R"({"t":"signed_in","v":1,"role":"moderator"})"},
      {house::signed_out{"idle"}, R"({"t":"signed_out","v":1,"why":"idle"})"},
      {house::token_revoked{"aabbccdd", "olga"},
       R"({"t":"token_revoked","v":1,"id":"aabbccdd","name":"olga"})"},
      {house::suppressions_added{{{"", "bounced", house_noon, std::nullopt, {hidden, hidden}},
                                  {"Weekly", "operator", house_noon, house_noon, {hidden}}}},
       R"({"t":"suppressions_added","v":1,"groups":[{"reason":"bounced","since":1796115600250,"targets":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="},{"list":"Weekly","reason":"operator","since":1796115600250,"until":1796115600250,"targets":"MDEyMzQ1Njc4OWFiY2RlZg=="}]})"},
      {house::suppressions_removed{"Weekly", {hidden}},
       R"({"t":"suppressions_removed","v":1,"list":"Weekly","targets":"MDEyMzQ1Njc4OWFiY2RlZg=="})"},
      {house::audience_imported{{7}, "people", 3, "t1:ab", false},
       R"({"t":"audience_imported","v":1,"audience":7,"name":"people","size":3,"hash":"t1:ab"})"},
      {house::audience_renamed{{7}, "friends", "people"},
       R"({"t":"audience_renamed","v":1,"audience":7,"name":"friends","before":"people"})"},
      {house::audience_deleted{{7}, "friends", 3, "t1:ab"},
       R"({"t":"audience_deleted","v":1,"audience":7,"name":"friends","size":3,"hash":"t1:ab"})"},
      {house::audience_rooted{{7}, "ab", "t1:cd"},
       R"({"t":"audience_rooted","v":1,"audience":7,"hash":"ab","root":"t1:cd"})"},
      {house::test_copy_sent{{3}, 4, hidden, "a…@example.com", "refused", "550 <recipient> unknown"},
       R"({"t":"test_copy_sent","v":1,"campaign":3,"letter":4,"recipient":"MDEyMzQ1Njc4OWFiY2RlZg==","shown":"a…@example.com","outcome":"refused","reply":"550 <recipient> unknown"})"},
      {house::recipients_read{"letters", "c1", 100},
       R"({"t":"recipients_read","v":1,"what":"letters","of":"c1","rows":100})"},
      {house::sealed{9, "ab"}, R"({"t":"sealed","v":1,"logs":9,"hash":"ab"})"},
      {house::sign_ins_refused{4, house_noon},
       R"({"t":"sign_ins_refused","v":1,"count":4,"since":1796115600250})"},
      {house::address_erased{hidden, 2, 1},
       R"({"t":"address_erased","v":1,"recipient":"MDEyMzQ1Njc4OWFiY2RlZg==","rows":2,"suppressions":1})"},
      {house::campaign_removed{{3}, "Spring", "sent", 10, 8, 1, 1, {7}, 42, "ab", house_noon},
       R"({"t":"campaign_removed","v":1,"campaign":3,"name":"Spring","status":"sent","total":10,"accepted":8,"refused":1,"skipped":1,"audience":7,"last":42,"hash":"ab","over_since":1796115600250})"},
      {house::campaign_removed{{3}, "Draft", "cancelled", 0, 0, 0, 0, {}, 2, "ab", house_noon},
       R"({"t":"campaign_removed","v":1,"campaign":3,"name":"Draft","status":"cancelled","audience":0,"last":2,"hash":"ab","over_since":1796115600250})"},
      {house::tables_accepted{"restored by hand", 5},
       R"({"t":"tables_accepted","v":1,"words":"restored by hand","differences":5})"},
  };
}

} // namespace

TEST_CASE("every event of the house's log is stored as it always was, and read back") {
  std::set<std::size_t> types;
  for (const auto& [body, stored] : house_examples()) {
    INFO(stored);
    types.insert(body.index());
    const house_event told{house_noon, {"olga", "aabbccdd"}, body};
    auto expected = nlohmann::json::parse(stored);
    expected["at"] = 1'796'115'600'250;
    expected["by"] = "olga";
    expected["token"] = "aabbccdd";
    CHECK(to_json(told) == expected);
    const auto from_json = house_event_from_json(expected);
    REQUIRE(from_json);
    CHECK(*from_json == told);
    const auto from_bytes = decode_house_event(encode_house_event(told));
    REQUIRE(from_bytes);
    CHECK(*from_bytes == told);
    CHECK_FALSE(words_of(notice_of(told)).empty());
  }
  CHECK(types.size() == std::variant_size_v<house_body>);
}

TEST_CASE("what is no event of the house's log is refused, whatever it is") {
  for (
      const auto* wrong :
      {"[]", "{}", R"({"t":"sealed","v":2,"at":1})", R"({"t":"claimed","v":1,"at":1})",
       R"({"t":"sealed","v":1})", R"({"t":"sealed","v":1,"at":"x"})",
       R"({"t":"sealed","v":1,"at":1,"logs":-1})", R"({"t":"audience_rooted","v":1,"at":1})",
       R"({"t":"token_created","v":3,"at":5,"id":"a","name":"b","role":"viewer","hash":"ab"})",
       R"({"t":"token_created","v":0,"at":5,"id":"a","name":"b","role":"viewer","hash":"ab"})",
       R"({"t":"token_revoked","v":2,"at":5,"id":"a","name":"b"})",
       R"({"t":"token_created","v":2,"at":5,"id":"a","name":"b","role":"viewer","hash":"ab","limits":["domain"]})",
       R"({"t":"address_erased","v":1,"at":1,"recipient":"?"})",
       R"({"t":"suppressions_removed","v":1,"at":1,"targets":"AAAA"})",
       R"({"t":"suppressions_added","v":1,"at":1,"groups":[1]})"}) {
    INFO(wrong);
    CHECK(house_event_from_json(nlohmann::json::parse(wrong)).error().code == error_code::corrupt);
  }
  CHECK_FALSE(decode_house_event({}));
}
