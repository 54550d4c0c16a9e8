// Tokens, in both forms of the store.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "messages/sha256.hpp"

using namespace sluice;
using namespace sluice::testing;

TEST_CASE("a token is known by its secret only") {
  any_store store(both_kinds());
  auto& tokens = store->tokens();
  const auto made = expect(tokens.create(role::operator_, "shop", {{}, at_second(1)}));
  CHECK(made.secret.size() == 4 + 43);
  CHECK(made.secret.starts_with("slc_"));
  CHECK(made.secret.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
        std::string::npos);
  CHECK(made.info.id == to_hex(sha256(made.secret)).substr(0, 8));
  CHECK(made.info == token_info{made.info.id, "shop", role::operator_, at_second(1)});
  CHECK(tokens.find(made.secret) == made.info);
  CHECK_FALSE(tokens.find(made.secret + "x"));
  CHECK_FALSE(tokens.find(made.info.id));
  CHECK_FALSE(tokens.find(""));
}

TEST_CASE("a token's name is taken once and has to be one") {
  any_store store(both_kinds());
  auto& tokens = store->tokens();
  const auto first = expect(tokens.create(role::viewer, "shop", {{}, at_second(1)}));
  CHECK(tokens.create(role::admin, "shop", {{}, at_second(2)}).error().code == error_code::conflict);
  CHECK(tokens.create(role::admin, "", {{}, at_second(2)}).error().code == error_code::invalid_input);
  CHECK(tokens.create(role::admin, "a\nb", {{}, at_second(2)}).error().code == error_code::invalid_input);
  CHECK(tokens.create(role::admin, std::string(101, 'a'), {{}, at_second(2)}).error().code ==
        error_code::invalid_input);
  const auto second = expect(tokens.create(role::admin, "desk", {{}, at_second(2)}));
  CHECK(first.secret != second.secret);
  CHECK(expect(tokens.list()) == std::vector<token_info>{second.info, first.info});
}

TEST_CASE("a revoked token opens nothing, and its name is free again") {
  any_store store(both_kinds());
  auto& tokens = store->tokens();
  const auto by_name = expect(tokens.create(role::viewer, "one", {{}, at_second(1)}));
  const auto by_id = expect(tokens.create(role::viewer, "two", {{}, at_second(1)}));
  expect(tokens.revoke("one", {}));
  expect(tokens.revoke(by_id.info.id, {}));
  CHECK_FALSE(tokens.find(by_name.secret));
  CHECK_FALSE(tokens.find(by_id.secret));
  CHECK(tokens.revoke("one", {}).error().code == error_code::not_found);
  CHECK(expect(tokens.list()).empty());
  CHECK(expect(tokens.create(role::viewer, "one", {{}, at_second(2)})).secret != by_name.secret);
}

TEST_CASE("roles are read by the names that they are written with") {
  for (const auto value : {role::viewer, role::operator_, role::moderator, role::admin})
    CHECK(parse_role(name_of(value)) == value);
  CHECK(name_of(role::operator_) == "operator");
  CHECK_FALSE(parse_role("root"));
  CHECK_FALSE(parse_role(""));
}
