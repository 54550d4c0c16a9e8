#include "adapters/http/routes.hpp"
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
  CHECK(found.entry->needed == permission::operate);
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
    CHECK(needed_for(entry, false, false) == permission::look);
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

TEST_CASE("everybody with a token looks, and each other permission belongs to its role and to admins") {
  using enum permission;
  const std::set<std::pair<role, permission>> more{{role::operator_, operate},
                                                   {role::moderator, moderate},
                                                   {role::admin, operate},
                                                   {role::admin, moderate},
                                                   {role::admin, administrate}};
  for (const auto who : {role::viewer, role::operator_, role::moderator, role::admin}) {
    CHECK(has_permission(who, look));
    for (const auto needed : {operate, moderate, administrate})
      CHECK(has_permission(who, needed) == more.contains({who, needed}));
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
    if (one.path.starts_with("/v1/") && !only_looks(one))
      CHECK(one.needed != permission::look);
  }
}
