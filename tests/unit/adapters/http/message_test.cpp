#include "adapters/http/message.hpp"

#include "adapters/http/http_target.hpp"
#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

http_request asking(std::map<std::string, std::string> query) {
  http_request made;
  made.query = std::move(query);
  return made;
}

std::string header_of(const http_response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name)
      return value;
  return {};
}

} // namespace

TEST_CASE("a query parameter that nobody knows is refused with those that there are, whatever its value") {
  for (const auto* value : {"red", ""}) {
    const auto request = asking({{"colour", value}, {"view", "all"}});
    query_reader query(request);
    CHECK(query.text("view") == "all");
    query.limit(100, 1000);
    const auto fault = query.finish();
    REQUIRE(fault);
    CHECK(fault->code == error_code::invalid_input);
    CHECK(fault->message == "there is no query parameter \"colour\" here; there are: view, limit");
  }
}

TEST_CASE("where no query parameter is taken the refusal says so") {
  const auto fault = sole_body_object(asking({{"colour", ""}}));
  REQUIRE_FALSE(fault);
  CHECK_THAT(fault.error().message, ContainsSubstring("it takes none"));
}

TEST_CASE("a text with an empty value counts as left out, a number does not") {
  const auto texts = asking({{"after", ""}, {"outcome", ""}});
  query_reader query(texts);
  CHECK(query.text("after").empty());
  CHECK(query.text("outcome").empty());
  CHECK_FALSE(query.finish());
  const auto number = asking({{"limit", ""}});
  query_reader strict(number);
  CHECK(strict.limit(100, 1000) == 100);
  const auto fault = strict.finish();
  REQUIRE(fault);
  CHECK(fault->message == "limit must be a whole number from 1 to 1000");
}

TEST_CASE("a parameter without a value, or there twice, is refused by its name") {
  for (const auto& [target, words] : std::vector<std::pair<std::string, std::string>>{
           {"/v1/campaigns?view", "view has no value"},
           {"/v1/campaigns?q=x&view&q=y", "view has no value"},
           {"/v1/campaigns?view=all&view=drafts", "view is there twice"},
           {"/v1/campaigns?view&view=all", "view has no value"}}) {
    http_request request;
    REQUIRE(parse_target(target, request));
    query_reader query(request);
    query.text("view");
    query.text("q");
    const auto fault = query.finish();
    INFO(target);
    REQUIRE(fault);
    CHECK_THAT(fault->message, ContainsSubstring(words));
  }
  http_request request;
  REQUIRE(parse_target("/v1/campaigns?view=all&q=", request));
  CHECK_FALSE(request.query_fault);
}

TEST_CASE("a number out of its range, or with anything behind it, is refused with the range") {
  for (const auto* wrong : {"0", "1001", "-1", "1x", "x", " 1", "1.5", "99999999999999999999"}) {
    const auto request = asking({{"limit", wrong}});
    query_reader query(request);
    CHECK(query.limit(100, 1000) == 100);
    const auto fault = query.finish();
    INFO(wrong);
    REQUIRE(fault);
    CHECK(fault->message == "limit must be a whole number from 1 to 1000");
  }
  const auto request = asking({{"limit", "1000"}});
  query_reader query(request);
  CHECK(query.limit(100, 1000) == 1000);
  CHECK_FALSE(query.finish());
}

TEST_CASE("an error becomes a problem detail with the HTTP status of its code") {
  const std::vector<std::pair<error_code, unsigned>> all{
      {error_code::invalid_input, 400},  {error_code::unauthenticated, 401}, {error_code::not_permitted, 403},
      {error_code::not_found, 404},      {error_code::not_allowed_now, 409}, {error_code::conflict, 409},
      {error_code::too_large, 413},      {error_code::template_failed, 422}, {error_code::unavailable, 503},
      {error_code::storage_failed, 503}, {error_code::corrupt, 500},         {error_code::internal, 500}};
  for (const auto& [code, status] : all) {
    const auto response = problem({code, "what happened"});
    CHECK(response.status == status);
    CHECK(response.content_type == "application/problem+json");
    const auto body = json::parse(response.body);
    CHECK(body["status"] == status);
    CHECK(body["detail"] == "what happened");
    CHECK(body["code"] == name_of(code));
    CHECK(header_of(response, "WWW-Authenticate").empty() == (status != 401));
    CHECK(header_of(response, "Retry-After").empty() == (status != 503));
  }
}

TEST_CASE("an answer stays valid JSON when a text in it is no UTF-8") {
  const auto response = json_response(200, {{"name", "\xff"}});
  CHECK(json::parse(response.body)["name"] == "\xEF\xBF\xBD");
}

TEST_CASE("an empty body is an empty object, and anything but an object is refused") {
  http_request request;
  for (const auto* empty : {"", " \r\n\t"}) {
    request.body = empty;
    const auto read = body_object(request);
    REQUIRE(read);
    CHECK(*read == json::object());
  }
  for (const auto* wrong : {"[]", "1", "null", "{", "{} x"}) {
    request.body = wrong;
    INFO(wrong);
    const auto read = body_object(request);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == error_code::invalid_input);
  }
}

TEST_CASE("a path with an empty segment is none, wherever it is") {
  for (const auto* wrong :
       {"/v1/campaigns/c1/cancel/", "/v1/campaigns/c1//cancel", "//v1/campaigns", "/v1/"}) {
    http_request request;
    const auto parsed = parse_target(wrong, request);
    INFO(wrong);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == error_code::invalid_input);
  }
  http_request request;
  REQUIRE(parse_target("/", request));
  CHECK(request.path.empty());
}

TEST_CASE("a page of a list is the JSON that a document of it would be") {
  json_page empty(10);
  CHECK(json::parse(empty.answer("").body) == json{{"items", json::array()}, {"next", nullptr}});
  json_page page(2);
  page.add({{"number", 1}});
  CHECK_FALSE(page.is_full());
  page.add({{"text", "\xff"}});
  CHECK(page.is_full());
  CHECK(json::parse(page.answer("c1.57").body) ==
        json{{"items", {{{"number", 1}}, {{"text", "\xEF\xBF\xBD"}}}}, {"next", "c1.57"}});
}

TEST_CASE("a page of large items is full before its limit") {
  json_page page(1000);
  std::size_t items = 0;
  while (!page.is_full()) {
    page.add(std::string(1 << 20, 'x'));
    ++items;
  }
  CHECK(items == json_page::page_bytes_max >> 20);
}
