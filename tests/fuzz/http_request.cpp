// A request: its head through the server's parser and limits, its target, its query, its body.

#include "adapters/http/http_target.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::fuzz;
namespace http = boost::beast::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(32 * 1024);
  parser.body_limit(64 * 1024);
  parser.eager(true);
  boost::beast::error_code failed;
  // What the parser did not take yet comes again with the next piece, as it does from the server's buffer.
  std::string waiting;
  in_pieces({reinterpret_cast<const char*>(bytes), size}, [&](std::string_view piece) {
    if (parser.is_done() || (failed && failed != http::error::need_more))
      return;
    waiting += piece;
    failed = {};
    waiting.erase(0, parser.put(boost::asio::buffer(waiting), failed));
  });
  if (!parser.is_header_done())
    return 0;
  const auto target = parser.get().target();
  http_request request;
  if (!parse_target({target.data(), target.size()}, request))
    return 0;
  request.body = parser.get().body();
  query_reader query(request);
  const auto limit = query.limit(100, 10'000);
  must(limit >= 1 && limit <= 10'000, "a page holds something, within its limit");
  (void)query.text("after");
  (void)query.number("index", 0, 1'000);
  if (const auto fault = query.finish())
    must(problem(*fault).status == 400, "a wrong query is a bad request");
  if (const auto body = body_object(request))
    must(body->is_object(), "a body is an object");
  return 0;
}
