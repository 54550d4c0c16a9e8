#include "adapters/http/relay_advice.hpp"
#include "tests/catch.hpp"

using namespace sluice;

namespace {
notice account_refuses(const std::string& reply) {
  return notice{"account_refuses", {{"reply", reply}, {"server", "mail:25"}}};
}
} // namespace

TEST_CASE("a relay's trouble is the relay's or the account's") {
  CHECK(whose_trouble(notice{"connection_refused"}) == "relay");
  CHECK(whose_trouble(notice{"login_refused", {{"reply", "535 no"}}}) == "relay");
  CHECK(whose_trouble(account_refuses("554 5.7.1 Relay access denied")) == "account");
}

TEST_CASE("a relay's trouble has something to do about it, unless its own words say so") {
  CHECK(advice_on(notice{"connection_refused"}).code == "advice_unreachable");
  CHECK(advice_on(notice{"login_refused", {{"reply", "535 no"}}}).code == "advice_login");
  CHECK(advice_on(account_refuses("554 5.7.1 Relay access denied")).code == "advice_account");
  CHECK(advice_on(account_refuses("550 5.4.5 Daily user sending limit exceeded")).code == "advice_limit");
  CHECK(advice_on(account_refuses("")).code == "advice_account");
  CHECK(advice_on(notice{"tls_not_trusted", {{"fault", "self-signed"}, {"setting", "tls=require"}}}).empty());
  CHECK(advice_on(notice{"text", {{"text", "as in a log of before"}}}).empty());
}
