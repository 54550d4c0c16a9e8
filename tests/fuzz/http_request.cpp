// A request: its head through the server's parser and limits, where its body ends, the body, target and query.

#include "adapters/http/chunked_body.hpp"
#include "adapters/http/http_target.hpp"
#include "adapters/http/request_framing.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::fuzz;
namespace http = boost::beast::http;

namespace {

template <class Head>
std::vector<std::string_view> lines_of(const Head& head, http::field name) {
  std::vector<std::string_view> lines;
  const auto [first, last] = head.equal_range(name);
  for (auto at = first; at != last; ++at)
    lines.emplace_back(at->value().data(), at->value().size());
  return lines;
}

/// The body of those bytes, in pieces; nothing where it is wrong or not whole.
std::optional<std::string> chunks_of(std::string_view bytes) {
  chunked_body decoder;
  std::string body;
  auto is_wrong = false;
  in_pieces(bytes, [&](std::string_view piece) {
    if (is_wrong || decoder.is_complete())
      return;
    const auto taken = decoder.take(piece, [&](std::string_view data) { body += data; });
    is_wrong = !taken;
    must(is_wrong || *taken == piece.size() || decoder.is_complete(),
         "everything is taken, but behind the end");
  });
  must(body.size() <= bytes.size(), "a body is no longer than what came");
  return is_wrong || !decoder.is_complete() ? std::nullopt : std::optional(body);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(16 * 1024);
  parser.body_limit(boost::none);
  boost::beast::error_code failed;
  const std::string_view all{reinterpret_cast<const char*>(bytes), size};
  std::size_t head_bytes = 0;
  // What the parser did not take yet comes again with the next piece, as it does from the server's buffer.
  std::string waiting;
  in_pieces(all, [&](std::string_view piece) {
    if (parser.is_header_done() || (failed && failed != http::error::need_more))
      return;
    waiting += piece;
    failed = {};
    const auto taken = parser.put(boost::asio::buffer(waiting), failed);
    head_bytes += taken;
    waiting.erase(0, taken);
  });
  if (!parser.is_header_done())
    return 0;
  const auto framing =
      framing_of(parser.get().version(), lines_of(parser.get(), http::field::transfer_encoding),
                 lines_of(parser.get(), http::field::content_length));
  if (!framing)
    return 0;
  const auto target = parser.get().target();
  http_request request;
  if (!parse_target({target.data(), target.size()}, request))
    return 0;
  const auto rest = all.substr(head_bytes);
  if (framing->form == body_form::length)
    request.body =
        rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(framing->bytes, rest.size())));
  if (framing->form == body_form::chunked)
    request.body = chunks_of(rest).value_or("");
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
