#include "adapters/http/address_mask.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using nlohmann::json;

TEST_CASE("every address in a text is masked, wherever it stands") {
  const std::vector<std::pair<std::string, std::string>> texts{
      {"anna@example.com", "a…@example.com"},
      {"Shop <news@shop.example>", "Shop <n…@shop.example>"},
      {"550 5.1.1 <anna.b+x@example.com>: no such user, see mailto:help@example.com",
       "550 5.1.1 <a…@example.com>: no such user, see mailto:h…@example.com"},
      {"яна@пример.рф", "я…@пример.рф"},
      {"\"anna b\"@example.com is quoted", "\"…@example.com is quoted"},
      {"https://shop.example/u?e=anna%40example.com&k=1", "https:/…%40example.com&k=1"},
      {"bounce+anna=example.com@shop.example", "b…@shop.example"},
      {"a@b,c@d", "a…@b,c…@d"},
      {"@example.com and *@*.example.com", "@example.com and *…@*.example.com"},
      {"a…@example.com", "a…@example.com"},
      {"nothing to see: 5 @ 3", "nothing to see: 5 @ 3"},
      {"", ""}};
  for (const auto& [whole, masked] : texts) {
    CHECK(mask_addresses(whole) == masked);
    CHECK(mask_addresses(masked) == masked);
  }
}

TEST_CASE("a watcher's JSON has no address in any text or name, and nothing that could hide one") {
  auto value = json::parse(
      R"({"email": "anna@example.com", "counts": {"total": 3}, "anna@example.com": [1, "b@c.example"],
                               "left_out": [{"line": 3, "cell": "anna at example"}], "source": "YW5uYQ==", "next": null})");
  mask_addresses(value);
  CHECK(value ==
        json::parse(
            R"({"email": "a…@example.com", "counts": {"total": 3}, "a…@example.com": [1, "b…@c.example"],
                                 "left_out": [{"line": 3, "cell": null}], "source": null, "next": null})"));
}

TEST_CASE("an answer that is not JSON is none for a watcher") {
  const token_info watcher{"1", "screen", role::watcher, {}};
  CHECK(masked(json_response(200, {{"email", "anna@example.com"}}), watcher).body ==
        "{\"email\":\"a…@example.com\"}\n");
  CHECK(masked({200, "message/rfc822", "To: anna@example.com", {}}, watcher).status == 403);
  CHECK(masked({204, "", "", {}}, watcher).status == 204);
  CHECK(sees_addresses(role::viewer));
  CHECK_FALSE(sees_addresses(role::watcher));
}
