#include "adapters/http/page.hpp"

#include "tests/catch.hpp"

#include <array>
#include <string>

using namespace sluice;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::array files{
    page_file{"/index.html", "text/html; charset=utf-8", "\"i1\"", "<!doctype html>", "zipped index"},
    page_file{"/message_frame.html", "text/html; charset=utf-8", "\"m1\"", "<iframe>", ""},
    page_file{"/assets/index-1a2b.js", "text/javascript; charset=utf-8", "\"s1\"", "let whole = 1",
              "zipped script"},
    page_file{"/icon.svg", "image/svg+xml", "\"p1\"", "<svg>", ""}};

std::string header(const http_response& answer, std::string_view name) {
  for (const auto& [field, value] : answer.headers)
    if (field == name)
      return value;
  return "(none)";
}

http_response
get(std::string_view path, std::string_view accept_encoding = {}, std::string_view if_none_match = {}) {
  auto answer = page_answer(files, {path, accept_encoding, if_none_match});
  REQUIRE(answer);
  return std::move(*answer);
}

} // namespace

TEST_CASE("page: / is index.html, asked for anew each time") {
  const auto answer = get("/");
  CHECK(answer.status == 200);
  CHECK(answer.constant_body == "<!doctype html>");
  CHECK(answer.content_type == "text/html; charset=utf-8");
  CHECK(header(answer, "Cache-Control") == "no-cache");
  CHECK(get("/index.html").constant_body == answer.constant_body);
}

TEST_CASE("page: a file whose name carries its hash may be kept for ever, and no other") {
  CHECK(header(get("/assets/index-1a2b.js"), "Cache-Control") == "public, max-age=31536000, immutable");
  CHECK(header(get("/icon.svg"), "Cache-Control") == "no-cache");
  CHECK(header(get("/message_frame.html"), "Cache-Control") == "no-cache");
}

TEST_CASE("page: what the page has not is nobody's, and nothing beside its files can be reached") {
  for (const auto* path : {"/assets/", "/assets/index-9z.js", "/index", "", "//", "/index.html/",
                           "/../icon.svg", "/assets/../icon.svg", "/ASSETS/INDEX-1A2B.JS", "/v1/campaigns"}) {
    INFO(path);
    CHECK_FALSE(page_answer(files, {path, "gzip", {}}));
  }
  CHECK_FALSE(page_answer({}, {"/", {}, {}}));
}

TEST_CASE("page: whoever has the file already gets 304 without it, by whatever form of the ETag") {
  for (const auto* known : {"\"s1\"", "W/\"s1\"", "\"old\", \"s1\"", "\"old\" ,W/\"s1\"", "*"}) {
    INFO(known);
    const auto answer = get("/assets/index-1a2b.js", "gzip", known);
    CHECK(answer.status == 304);
    CHECK(answer.constant_body.empty());
    CHECK(answer.content_type.empty());
    CHECK(header(answer, "ETag") == "\"s1\"");
    CHECK(header(answer, "Content-Encoding") == "(none)");
    // The headers that a 200 would have had (RFC 9110 section 15.4.5).
    CHECK_THAT(header(answer, "Cache-Control"), ContainsSubstring("immutable"));
    CHECK(header(answer, "Vary") == "Accept-Encoding");
  }
  for (const auto* other : {"", "\"s2\"", "s1", "\"s1", "W/\"s2\", \"s11\"", ","}) {
    INFO(other);
    CHECK(get("/assets/index-1a2b.js", {}, other).status == 200);
  }
}

TEST_CASE("page: gzip for whoever takes it, and the file as it is for whoever does not") {
  for (const auto* taken : {"gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "deflate,gzip ; q=0.001",
                            " gzip\t", "identity, gzip;q=1"}) {
    INFO(taken);
    const auto answer = get("/assets/index-1a2b.js", taken);
    CHECK(answer.constant_body == "zipped script");
    CHECK(header(answer, "Content-Encoding") == "gzip");
  }
  for (const auto* refused : {"", "br", "identity", "gzip;q=0", "gzip; q=0.0", "gzip;q=0.000, br", "*",
                              "gzipped", "x-gzip", ";gzip", ",,"}) {
    INFO(refused);
    const auto answer = get("/assets/index-1a2b.js", refused);
    CHECK(answer.constant_body == "let whole = 1");
    CHECK(header(answer, "Content-Encoding") == "(none)");
  }
  // A store between must not give the one form to whoever asked for the other.
  CHECK(header(get("/assets/index-1a2b.js"), "Vary") == "Accept-Encoding");
}

TEST_CASE("page: a file that gzip makes no shorter goes as it is") {
  const auto answer = get("/icon.svg", "gzip");
  CHECK(answer.constant_body == "<svg>");
  CHECK(header(answer, "Content-Encoding") == "(none)");
}

TEST_CASE("page: it runs only what this server serves, and stands in nobody's frame") {
  for (const auto* path : {"/", "/assets/index-1a2b.js", "/icon.svg"}) {
    INFO(path);
    const auto policy = header(get(path), "Content-Security-Policy");
    CHECK_THAT(policy, ContainsSubstring("default-src 'none'"));
    CHECK_THAT(policy, ContainsSubstring("script-src 'self';"));
    CHECK_THAT(policy, ContainsSubstring("style-src 'self';"));
    CHECK_THAT(policy, ContainsSubstring("frame-ancestors 'none'"));
    CHECK_THAT(policy, ContainsSubstring("base-uri 'none'"));
    CHECK_THAT(policy, !ContainsSubstring("unsafe"));
    CHECK(header(get(path), "Referrer-Policy") == "no-referrer");
    CHECK(header(get(path), "Cross-Origin-Opener-Policy") == "same-origin");
    CHECK(header(get(path), "Cross-Origin-Resource-Policy") == "same-origin");
  }
}

TEST_CASE(
    "page: the message's frame may have styles, and nothing runs, is fetched or leads elsewhere in it") {
  const auto policy = header(get("/message_frame.html"), "Content-Security-Policy");
  CHECK_THAT(policy, ContainsSubstring("default-src 'none'"));
  CHECK_THAT(policy, ContainsSubstring("style-src 'unsafe-inline'"));
  CHECK_THAT(policy, ContainsSubstring("img-src data:"));
  CHECK_THAT(policy, ContainsSubstring("form-action 'none'"));
  CHECK_THAT(policy, ContainsSubstring("frame-ancestors 'self'"));
  for (const auto* never : {"script-src", "connect-src", "font-src", "http", "img-src *", "img-src 'self'"}) {
    INFO(never);
    CHECK_THAT(policy, !ContainsSubstring(never));
  }
}
