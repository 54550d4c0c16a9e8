// Tokens, in both forms of the store.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "messages/sha256.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/token_name.hpp"

using namespace sluice;
using namespace sluice::testing;

namespace {

/// Nothing in the table is other than the house's log has it.
void check_as_logged(const store& kept) {
  const auto tables = read_house_tables(kept.journal());
  REQUIRE(tables);
  CHECK(tables->check_tokens(kept.tokens().stored()).empty());
}

} // namespace

TEST_CASE("a token is known by its secret only") {
  any_store store(every_kind());
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
  any_store store(every_kind());
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

TEST_CASE("a revoked token opens nothing, and its name is never given again") {
  any_store store(every_kind());
  const auto by_name = expect(store->tokens().create(role::viewer, "one", {{}, at_second(1)}));
  const auto by_id = expect(store->tokens().create(role::viewer, "two", {{}, at_second(1)}));
  expect(store->tokens().revoke("one", {}));
  expect(store->tokens().revoke(by_id.info.id, {}));
  for (const auto is_reopened : {false, true}) {
    INFO((is_reopened ? "opened again" : "as it was"));
    if (is_reopened && !store.reopens())
      break;
    if (is_reopened)
      store.reopen();
    auto& tokens = store->tokens();
    CHECK_FALSE(tokens.find(by_name.secret));
    CHECK_FALSE(tokens.find(by_id.secret));
    CHECK(tokens.revoke("one", {}).error().code == error_code::not_found);
    CHECK(expect(tokens.list()).empty());
    CHECK(tokens.create(role::viewer, "one", {{}, at_second(2)}).error().code == error_code::conflict);
    CHECK(tokens.create(role::viewer, "\uff4f\uff4e\uff45", {{}, at_second(2)}).error().code ==
          error_code::conflict);
  }
}

TEST_CASE("a token keeps its end and its limits, and the log knows them") {
  any_store store(every_kind());
  const auto made = expect(store->tokens().create(
      {role::operator_, "shop", at_second(100), {{"shop.example"}, {"spring", "весна"}}},
      {{}, at_second(1)}));
  CHECK(made.info.expires_at == at_second(100));
  CHECK_FALSE(made.info.has_expired(at_second(99)));
  CHECK(made.info.has_expired(at_second(100)));
  check_as_logged(*store);
  if (!store.reopens())
    return;
  store.reopen();
  CHECK(store->tokens().find(made.secret) == made.info);
}

TEST_CASE("a rotated token has another secret, and the one before it until the overlap's end and no longer") {
  any_store store(every_kind());
  const auto first = expect(store->tokens().create(
      {role::operator_, "shop", at_second(100), {{"shop.example"}, {}}}, {{}, at_second(1)}));
  const auto second =
      expect(store->tokens().rotate("shop", at_second(200), at_second(20), {{}, at_second(10)}));
  CHECK(second.secret != first.secret);
  CHECK(second.info.id == first.info.id);
  CHECK(second.info.scope == first.info.scope);
  CHECK(second.info.expires_at == at_second(200));
  for (const auto is_reopened : {false, true}) {
    if (is_reopened && !store.reopens())
      break;
    if (is_reopened)
      store.reopen();
    const auto old = store->tokens().find(first.secret);
    REQUIRE(old);
    CHECK(old->id == first.info.id);
    CHECK(old->expires_at == at_second(20));
    CHECK(store->tokens().find(second.secret) == second.info);
    CHECK(expect(store->tokens().list()) == std::vector<token_info>{second.info});
    check_as_logged(*store);
  }
  SECTION("rotated once more, the first is gone whatever its overlap was") {
    const auto third =
        expect(store->tokens().rotate(first.info.id, std::nullopt, std::nullopt, {{}, at_second(11)}));
    CHECK_FALSE(store->tokens().find(first.secret));
    CHECK_FALSE(store->tokens().find(second.secret));
    CHECK(store->tokens().find(third.secret) == third.info);
    check_as_logged(*store);
  }
  SECTION("revoked, none of its secrets is taken") {
    expect(store->tokens().revoke("shop", {{}, at_second(12)}));
    CHECK_FALSE(store->tokens().find(first.secret));
    CHECK_FALSE(store->tokens().find(second.secret));
    check_as_logged(*store);
  }
}

TEST_CASE("an overlap does not keep a secret alive beyond its own end") {
  any_store store(every_kind());
  const auto first =
      expect(store->tokens().create({role::viewer, "shop", at_second(15), {}}, {{}, at_second(1)}));
  expect(store->tokens().rotate("shop", std::nullopt, at_second(20), {{}, at_second(10)}));
  CHECK(store->tokens().find(first.secret)->expires_at == at_second(15));
  check_as_logged(*store);
  CHECK(store->tokens().rotate("nobody", {}, {}, {}).error().code == error_code::not_found);
}

TEST_CASE("a name is kept in one form, and nothing unseen stands in it") {
  CHECK(expect(normalised_token_name("night-shift")) == "night-shift");
  CHECK(expect(normalised_token_name("Анна (склад)")) == "Анна (склад)");
  CHECK(expect(normalised_token_name("e\u0301te")) == "\u00e9te");
  CHECK(expect(normalised_token_name("\uff41dmin")) == "admin");
  CHECK(expect(normalised_token_name("a\u00a0b")) == "a b");
  for (const auto* wrong :
       {"",         " local",    "local ",   "\u00a0local", "a\tb",    "a\x7f",    "a\u200bb",
        "a\u200db", "\u202eabc", "a\u2066b", "a\u00adb",    "a\ufeff", "a\u2028b", "a\u115fb",
        "a\u3164b", "a\u2800b",  "a\ufe0f",  "a\ue000b",    "a\xff",   "a\u034fb"}) {
    INFO(wrong);
    CHECK(normalised_token_name(wrong).error().code == error_code::invalid_input);
  }
}

TEST_CASE("roles are read by the names that they are written with") {
  for (const auto value : {role::watcher, role::viewer, role::operator_, role::moderator, role::admin})
    CHECK(parse_role(name_of(value)) == value);
  CHECK(name_of(role::operator_) == "operator");
  CHECK_FALSE(parse_role("root"));
  CHECK_FALSE(parse_role(""));
}
