// Signing in against a provider that is as wrong as it may be; the clock is the test's.
#include "adapters/http/sign_ins.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/http/signed_token.hpp"

#include "messages/base64.hpp"

#include <map>

using namespace sluice;
using namespace sluice::testing;
using nlohmann::json;

namespace {

constexpr const char* issuer_of_test = "https://login.example";
constexpr timestamp sign_in_start{std::chrono::seconds(1'000'000)};

oidc_settings settings_of_test() {
  oidc_settings made;
  made.issuer = issuer_of_test;
  made.client_id = "sluice";
  made.redirect_url = "https://sluice.example/sign-in/callback";
  made.roles_claim = "realm.roles";
  made.roles = {"boss=admin", "staff=operator"};
  return made;
}

/// What the browser is sent with, and what it has to bring back.
struct sent_browser {
  std::map<std::string, std::string> query;
  std::string cookie;
};

class fake_provider {
public:
  json document{{"issuer", issuer_of_test},
                {"authorization_endpoint", "https://login.example/auth"},
                {"token_endpoint", "https://login.example/token"},
                {"jwks_uri", "https://login.example/keys"}};
  signing_key key{"ES256"};
  json claims{{"iss", issuer_of_test},
              {"aud", "sluice"},
              {"sub", "17"},
              {"exp", 1'000'300},
              {"iat", 1'000'000},
              {"preferred_username", "olga"},
              {"realm", {{"roles", {"staff"}}}}};
  std::vector<std::string> asked;
  std::unique_ptr<sign_ins> people = sign_ins::make(settings_of_test(), [this](const back_request& request) {
                                       return answer(request);
                                     }).value();

  sent_browser begin(timestamp now = sign_in_start) {
    const auto begun = people->begin(now);
    REQUIRE(begun);
    sent_browser made;
    auto left = std::string_view(begun->url).substr(begun->url.find('?') + 1);
    while (!left.empty()) {
      const auto end = std::min(left.find('&'), left.size());
      const auto pair = left.substr(0, end);
      made.query[std::string(pair.substr(0, pair.find('=')))] = pair.substr(pair.find('=') + 1);
      left.remove_prefix(std::min(end + 1, left.size()));
    }
    const auto value = begun->cookie.find('=') + 1;
    made.cookie = begun->cookie.substr(value, begun->cookie.find(';') - value);
    claims["nonce"] = made.query["nonce"];
    return made;
  }

  result<oidc_person> finish(const sent_browser& with, timestamp now = sign_in_start) {
    return people->finish({"the-code", with.query.at("state"), {}, {}}, with.cookie, now);
  }

private:
  result<std::string> answer(const back_request& request) {
    asked.push_back(request.url + (request.form.empty() ? "" : " " + request.form));
    if (request.url.ends_with("/.well-known/openid-configuration"))
      return document.dump();
    if (request.url.ends_with("/keys"))
      return key.keys().dump();
    if (request.url.ends_with("/token"))
      return json{{"id_token", key.token(claims)}, {"access_token", "at"}}.dump();
    return json{{"sub", "17"}, {"realm", {{"roles", {"boss"}}}}, {"email", "olga@corp.example"}}.dump();
  }
};

std::string code_of(const result<oidc_person>& done) {
  return done ? "" : done.error().notice.code;
}

} // namespace

TEST_CASE("somebody who was sent to the provider and comes back is who the ID token says, with PKCE") {
  fake_provider provider;
  const auto sent = provider.begin();
  CHECK(sent.query.at("response_type") == "code");
  CHECK(sent.query.at("code_challenge_method") == "S256");
  CHECK(sent.query.at("redirect_uri") == "https%3A%2F%2Fsluice.example%2Fsign-in%2Fcallback");
  const auto person = provider.finish(sent);
  REQUIRE(person);
  CHECK(person->name == "olga");
  CHECK(person->role == role::operator_);
  CHECK(person->id.starts_with("oidc:"));
  const auto& form = provider.asked.at(1);
  const auto verifier = form.substr(form.find("code_verifier=") + 14, 43);
  CHECK(to_base64url(as_text(sha256(verifier))) == sent.query.at("code_challenge"));
  CHECK(form.find("client_id=sluice") != std::string::npos);
}

TEST_CASE("a sign-in ends where it was begun, in time, once its state is right") {
  fake_provider provider;
  const auto mine = provider.begin();
  const auto theirs = provider.begin();
  CHECK(code_of(provider.finish({mine.query, theirs.cookie})) == "oidc_state_unknown");
  CHECK(code_of(provider.finish({mine.query, ""})) == "oidc_state_unknown");
  CHECK(code_of(provider.finish({mine.query, mine.cookie + "0"})) == "oidc_state_unknown");
  CHECK(code_of(provider.finish(theirs, sign_in_start + sign_ins::begun_lifetime)) == "oidc_state_unknown");
  fake_provider other;
  CHECK(code_of(other.finish(mine)) == "oidc_state_unknown");
  CHECK(provider.people
            ->finish({"c", mine.query.at("state"), "https://evil.example", {}}, mine.cookie, sign_in_start)
            .error()
            .notice.code == "oidc_refused");
  CHECK(provider.people->finish({"", mine.query.at("state"), {}, "access_denied"}, mine.cookie, sign_in_start)
            .error()
            .notice.code == "oidc_refused");
  CHECK(code_of(provider.finish(theirs)).empty());
}

TEST_CASE("a nonce that was another's, and a person without a role, are refused") {
  fake_provider provider;
  const auto first = provider.begin();
  const auto second = provider.begin();
  CHECK(code_of(provider.finish(first)) == "oidc_id_token_wrong");
  provider.claims["realm"]["roles"] = {"guest"};
  CHECK(code_of(provider.finish(second)) == "oidc_no_role");
  provider.claims["realm"] = "staff";
  CHECK(code_of(provider.finish(second)) == "oidc_no_role");
}

TEST_CASE("what the ID token does not say is asked for, and must be about the same person") {
  fake_provider provider;
  provider.document["userinfo_endpoint"] = "https://login.example/me";
  provider.claims.erase("realm");
  provider.claims.erase("preferred_username");
  const auto person = provider.finish(provider.begin());
  REQUIRE(person);
  CHECK(person->role == role::admin);
  CHECK(person->name == "olga@corp.example");
  provider.claims["sub"] = "18";
  CHECK(code_of(provider.finish(provider.begin())) == "oidc_id_token_wrong");
}

TEST_CASE("new keys of the provider are asked for when a token names one, a minute apart at least") {
  fake_provider provider;
  REQUIRE(provider.finish(provider.begin()));
  provider.key = signing_key("RS256", "k2");
  CHECK(code_of(provider.finish(provider.begin())) == "oidc_id_token_wrong");
  const auto later = sign_in_start + std::chrono::minutes(1);
  CHECK(code_of(provider.finish(provider.begin(later), later)).empty());
}

TEST_CASE("a discovery document of another issuer, or without what is needed, is not used") {
  for (const auto& [field, value] : {std::pair<const char*, json>{"issuer", "https://evil.example"},
                                     {"token_endpoint", nullptr},
                                     {"code_challenge_methods_supported", json::array({"plain"})}}) {
    fake_provider provider;
    provider.document[field] = value;
    CHECK(provider.people->begin(sign_in_start).error().notice.code == "oidc_unreachable");
  }
}

TEST_CASE("a session lasts as long as its settings say, and its ends are told once") {
  fake_provider provider;
  auto& people = *provider.people;
  const auto open = [&](timestamp now, std::string_view before = {}) {
    const auto header = people.open({"oidc:1", "olga", role::operator_}, before, now).value();
    CHECK(header.find("; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax; Secure") != std::string::npos);
    CHECK(header.starts_with("__Host-sluice="));
    return header.substr(14, header.find(';') - 14);
  };
  const auto first = open(sign_in_start);
  using std::chrono::minutes;
  CHECK(people.find(first, sign_in_start, true)->who.name == "olga");
  CHECK_FALSE(people.find(first + "x", sign_in_start, true));
  CHECK_FALSE(people.find("", sign_in_start, true));
  CHECK(people.find(first, sign_in_start + minutes(59), true));
  CHECK(people.find(first, sign_in_start + minutes(118), false)); // an open stream does not keep it
  CHECK_FALSE(people.find(first, sign_in_start + minutes(119), true));
  auto told = people.sweep(sign_in_start + minutes(119));
  REQUIRE(told.size() == 1);
  CHECK(told[0].why == "idle");
  CHECK(people.sweep(sign_in_start + minutes(119)).empty());

  const auto second = open(sign_in_start);
  const auto third = open(sign_in_start, second);
  CHECK_FALSE(people.find(second, sign_in_start, true));
  for (auto at = minutes(0); at < minutes(480); at += minutes(30))
    CHECK(people.find(third, sign_in_start + at, true));
  CHECK_FALSE(people.find(third, sign_in_start + minutes(480), true));
  const auto fourth = open(sign_in_start);
  people.close(fourth);
  CHECK_FALSE(people.find(fourth, sign_in_start, true));
  std::vector<std::string> ends;
  for (const auto& one : people.sweep(sign_in_start + minutes(480)))
    ends.push_back(one.why);
  CHECK(ends == std::vector<std::string>{"replaced", "asked", "expired"});
}

TEST_CASE("where a request comes from is what the browser says; what says nothing is no browser's") {
  const fake_provider provider;
  const auto& people = *provider.people;
  CHECK(people.is_from_page("", ""));
  CHECK(people.is_from_page("https://sluice.example", "same-origin"));
  CHECK_FALSE(people.is_from_page("https://evil.example", ""));
  CHECK_FALSE(people.is_from_page("http://sluice.example", ""));
  CHECK_FALSE(people.is_from_page("null", ""));
  CHECK_FALSE(people.is_from_page("https://sluice.example", "same-site"));
  CHECK_FALSE(people.is_from_page("", "cross-site"));
}

TEST_CASE("a cookie is read where it is there once") {
  CHECK(cookie_in("a=1; sluice=x=y; b=2", "sluice") == "x=y");
  CHECK(cookie_in("sluice=x", "sluice") == "x");
  CHECK(cookie_in("notsluice=x", "sluice").empty());
  CHECK(cookie_in("sluice=x; sluice=y", "sluice").empty());
  CHECK(cookie_in("", "sluice").empty());
}
