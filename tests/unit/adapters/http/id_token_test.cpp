#include "adapters/http/id_token.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/http/signed_token.hpp"

using namespace sluice;
using namespace sluice::testing;
using nlohmann::json;

namespace {

const id_token_terms terms_of_test{"https://login.example", "sluice", "n1",
                                   timestamp(std::chrono::seconds(1'000'000))};

json good_claims() {
  return {{"iss", "https://login.example"},
          {"aud", "sluice"},
          {"sub", "17"},
          {"nonce", "n1"},
          {"exp", 1'000'300},
          {"iat", 999'990}};
}

/// What is wrong with them; empty: nothing.
std::string fault_with(const json& changes, const signing_key& key) {
  auto claims = good_claims();
  claims.merge_patch(changes);
  const auto read = verified_claims(key.token(claims), key.keys(), terms_of_test);
  return read ? std::string{} : read.error().message;
}

} // namespace

TEST_CASE("an ID token is taken that is signed with RS256 or ES256 by one of the provider's keys") {
  for (const auto* algorithm : {"RS256", "ES256"}) {
    INFO(algorithm);
    const signing_key key(algorithm);
    const auto read = verified_claims(key.token(good_claims()), key.keys(), terms_of_test);
    REQUIRE(read);
    CHECK((*read)["sub"] == "17");
    CHECK(has_key_for(key.token(good_claims()), key.keys()));
    const signing_key other(algorithm);
    CHECK_FALSE(verified_claims(key.token(good_claims()), other.keys(), terms_of_test));
    const signing_key renamed(algorithm, "k2");
    CHECK_FALSE(has_key_for(key.token(good_claims()), renamed.keys()));
    CHECK_FALSE(verified_claims(key.token(good_claims()), json::object(), terms_of_test));
  }
}

TEST_CASE("a token that is altered, unsigned or signed in another way is refused") {
  const signing_key key("RS256");
  auto token = key.token(good_claims());
  const auto body = token.find('.') + 3;
  token[body] = token[body] == 'A' ? 'B' : 'A';
  CHECK_FALSE(verified_claims(token, key.keys(), terms_of_test));
  for (const auto* algorithm : {"none", "HS256", "RS384", "PS256", "ES256", ""})
    CHECK_FALSE(verified_claims(key.token(good_claims(), {{"alg", algorithm}, {"kid", "k1"}}), key.keys(),
                                terms_of_test));
  CHECK_FALSE(verified_claims(key.token(good_claims(), {{"alg", "RS256"}, {"crit", {"x"}}}), key.keys(),
                              terms_of_test));
  const auto unsigned_one =
      to_base64url(R"({"alg":"none"})") + "." + to_base64url(good_claims().dump()) + ".";
  for (const auto& wrong : {std::string{}, std::string{"a.b"}, std::string{"a.b.c"}, std::string{"...."},
                            unsigned_one, std::string(100'000, 'a')})
    CHECK_FALSE(verified_claims(wrong, key.keys(), terms_of_test));
  const signing_key weak("RS256", "k1", 1024);
  CHECK_FALSE(verified_claims(weak.token(good_claims()), weak.keys(), terms_of_test));
}

TEST_CASE("each claim of an ID token is checked") {
  const signing_key key("ES256");
  CHECK(fault_with(json::object(), key).empty());
  CHECK(fault_with({{"aud", {"sluice"}}}, key).empty());
  CHECK(fault_with({{"aud", {"other", "sluice"}}, {"azp", "sluice"}}, key).empty());
  CHECK(fault_with({{"exp", 999'950}}, key).empty()); // a clock may be off by a minute
  for (const auto& [changes, words] :
       std::vector<std::pair<json, std::string>>{{{{"iss", "https://login.example/"}}, "another issuer"},
                                                 {{{"aud", "other"}}, "another client"},
                                                 {{{"aud", {"other", "sluice"}}}, "another client"},
                                                 {{{"aud", nullptr}}, "another client"},
                                                 {{{"azp", "other"}}, "another client"},
                                                 {{{"exp", 999'930}}, "expired"},
                                                 {{{"exp", nullptr}}, "expired"},
                                                 {{{"exp", "1000300"}}, "expired"},
                                                 {{{"iat", 1'000'090}}, "not issued yet"},
                                                 {{{"nbf", 1'000'090}}, "does not count yet"},
                                                 {{{"nonce", "n2"}}, "another sign-in"},
                                                 {{{"nonce", nullptr}}, "another sign-in"},
                                                 {{{"sub", ""}}, "nobody"}}) {
    INFO(changes.dump());
    CHECK(fault_with(changes, key).find(words) != std::string::npos);
  }
}
