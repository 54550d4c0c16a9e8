#include "adapters/http/routes.hpp"
#include "adapters/http/scope.hpp"
#include "tests/catch.hpp"

#include <set>

using namespace sluice;

namespace {

using path = std::vector<std::string>;

} // namespace

TEST_CASE("a path is found with what its open segments stand for") {
  const auto found = find_route("POST", {"v1", "campaigns", "c7", "pause"});
  REQUIRE(found.entry);
  CHECK(found.entry->path == "/v1/campaigns/{}/pause");
  CHECK(found.entry->needed == permission::intervene);
  CHECK(found.captured == path{"c7"});
  REQUIRE(find_route("GET", {}).entry);
  CHECK(find_route("GET", {}).entry->path == "/");
}

TEST_CASE("an empty segment behind a path makes it another one, which there is not") {
  CHECK_FALSE(find_route("POST", {"v1", "campaigns", "c7", "cancel", ""}).entry);
  CHECK_FALSE(find_route("GET", {""}).entry);
}

TEST_CASE("what steers a campaign is done by the threads that nothing else may use, and has a small body") {
  for (const auto* name : {"start", "approve", "reject", "pause", "resume", "release", "cancel"}) {
    const auto found = find_route("POST", {"v1", "campaigns", "c1", name});
    INFO(name);
    REQUIRE(found.entry);
    CHECK(found.entry->work == work_kind::command);
    CHECK(found.entry->body_bytes_max == small_body_bytes_max);
  }
  for (const auto& one : all_routes()) {
    INFO(one.method << ' ' << one.path);
    if (one.method == "GET") {
      CHECK(one.body_bytes_max == 0);
      CHECK(one.work != work_kind::command);
    }
  }
}

TEST_CASE("metrics and version need a token from another machine, unless they are made public") {
  for (const auto* name : {"metrics", "version"}) {
    const auto& entry = *find_route("GET", {name}).entry;
    CHECK(needed_for(entry, true, false) == permission::anyone);
    CHECK(needed_for(entry, false, false) == permission::watch);
    CHECK(needed_for(entry, false, true) == permission::anyone);
  }
  for (const auto* name : {"healthz", "readyz"})
    CHECK(needed_for(*find_route("GET", {name}).entry, false, false) == permission::anyone);
}

TEST_CASE("HEAD finds what GET answers") {
  REQUIRE(find_route("HEAD", {"v1", "campaigns"}).entry);
  CHECK(find_route("HEAD", {"v1", "campaigns"}).entry->method == "GET");
}

TEST_CASE("a path that there is not has no methods, one with another method says which it has") {
  for (const auto& wrong :
       {path{"v1"}, path{"v1", "campaigns", "c1", "pause", "now"}, path{"v1", "nothing"}}) {
    const auto found = find_route("GET", wrong);
    CHECK_FALSE(found.entry);
    CHECK(found.allowed_methods.empty());
  }
  const auto found = find_route("PUT", {"v1", "campaigns", "c1"});
  CHECK_FALSE(found.entry);
  CHECK(found.allowed_methods == "GET, PATCH, DELETE");
}

TEST_CASE("everybody with a token watches, all but watchers look, and each other permission belongs to its "
          "roles and to admins") {
  using enum permission;
  const std::set<std::pair<role, permission>> more{
      {role::viewer, look},         {role::operator_, look}, {role::operator_, operate},
      {role::operator_, intervene}, {role::moderator, look}, {role::moderator, intervene},
      {role::moderator, moderate},  {role::admin, look},     {role::admin, operate},
      {role::admin, intervene},     {role::admin, moderate}, {role::admin, administrate}};
  for (const auto who : {role::watcher, role::viewer, role::operator_, role::moderator, role::admin}) {
    CHECK(has_permission(who, watch));
    for (const auto needed : {look, operate, intervene, moderate, administrate})
      CHECK(has_permission(who, needed) == more.contains({who, needed}));
  }
}

TEST_CASE("a moderator stops a campaign in an emergency, and does nothing else to it that an operator does") {
  for (std::size_t number = 0; number < command_kind_count; ++number) {
    const auto kind = static_cast<command_kind>(number);
    INFO(name_of(kind));
    const auto is_of_moderators =
        kind == command_kind::pause || kind == command_kind::approve || kind == command_kind::reject;
    CHECK(has_permission(role::moderator, needed_for(kind)) == is_of_moderators);
  }
}

TEST_CASE(
    "every route is known to limited tokens: what is about all campaigns or the house is none of theirs") {
  const std::set<std::string> of_the_house{"POST /v1/audit",
                                           "POST /v1/audit/seal",
                                           "GET /v1/audit/tables",
                                           "GET /v1/house/log",
                                           "GET /v1/house/replay",
                                           "GET /v1/tokens",
                                           "POST /v1/tokens",
                                           "POST /v1/tokens/{}/rotate",
                                           "DELETE /v1/tokens/{}",
                                           "POST /v1/erase",
                                           "POST /v1/cluster/nodes/{}/drain",
                                           "POST /v1/cluster/nodes/{}/undrain"};
  for (const auto& one : all_routes()) {
    const auto name = std::string{one.method} + " " + std::string{one.path};
    INFO(name);
    CHECK((reach_of(one) == reach::engine) == of_the_house.contains(name));
    CHECK((reach_of(one) == reach::campaign) == one.path.starts_with("/v1/campaigns/{}"));
  }
}

namespace {

/// What a request says in its body may be too much for a query, and yet only be looked at.
bool only_looks(const route& one) {
  return one.method == "GET" || one.path == "/v1/plan" || one.path == "/v1/audit" ||
         one.path == "/v1/preview" || one.path.ends_with("/check");
}

} // namespace

TEST_CASE("every route has exactly one that answers, and nothing under /v1 is open to all") {
  for (const auto& one : all_routes()) {
    INFO(one.method << ' ' << one.path);
    CHECK((one.answer != nullptr) + (one.consume != nullptr) + one.is_stream == 1);
    CHECK((one.needed == permission::anyone) == !one.path.starts_with("/v1/"));
    if (one.path.starts_with("/v1/") && !only_looks(one) && one.path != "/v1/sign-out") {
      CHECK(one.needed != permission::look);
      CHECK(one.needed != permission::watch);
    }
  }
}
