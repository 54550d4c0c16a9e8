#include "adapters/http/page.hpp"

#include "messages/blanks.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Nothing but what comes from this server, no inline script or style, in nobody's frame.
constexpr auto page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The frame that shows a message's HTML, and by inheritance the message in it: styles of its own, and nothing
/// that runs, is fetched or leads elsewhere. Only our page may frame it.
constexpr std::string_view message_frame_path = "/message_frame.html";
constexpr auto message_frame_policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'";

/// Calls `visit` for each part between commas until it says true; whether it did.
template <class Visit>
bool any_of_list(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (visit(without_blanks(list.substr(0, end), line_blanks)))
      return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

/// "gzip" without ";q=0" (RFC 9110 section 12.5.3). Whoever sends only "*" gets the file as it is.
bool takes_gzip(std::string_view accept_encoding) {
  return any_of_list(accept_encoding, [](std::string_view one) {
    const auto name = without_blanks(one.substr(0, one.find(';')), line_blanks);
    auto weight = name.size() == one.size() ? std::string_view{}
                                            : without_blanks(one.substr(one.find(';') + 1), line_blanks);
    if (weight.starts_with("q="))
      weight.remove_prefix(2);
    return name == "gzip" && (weight.empty() || weight.find_first_not_of("0.") != std::string_view::npos);
  });
}

bool is_known(std::string_view if_none_match, std::string_view etag) {
  return any_of_list(if_none_match, [&](std::string_view one) {
    if (one.starts_with("W/"))
      one.remove_prefix(2);
    return one == etag || one == "*";
  });
}

} // namespace

std::optional<http_response> page_answer(page_files files, const page_request& request) {
  const auto wanted = request.path == "/" ? std::string_view{"/index.html"} : request.path;
  const auto file = std::ranges::find(files, wanted, &page_file::path);
  if (file == files.end())
    return std::nullopt;
  const auto is_hashed = wanted.starts_with("/assets/");
  http_response answer;
  answer.content_type = file->content_type;
  answer.headers = {
      {"Cache-Control", is_hashed ? "public, max-age=31536000, immutable" : "no-cache"},
      {"ETag", std::string{file->etag}},
      {"Vary", "Accept-Encoding"},
      {"Content-Security-Policy", wanted == message_frame_path ? message_frame_policy : page_policy},
      // Whoever opened this page, or is opened by it, has no hold on its window; no other site takes its files in.
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Referrer-Policy", "no-referrer"}};
  if (is_known(request.if_none_match, file->etag)) {
    answer.status = 304;
    answer.content_type.clear();
    return answer;
  }
  const auto is_gzip = !file->gzipped.empty() && takes_gzip(request.accept_encoding);
  if (is_gzip)
    answer.headers.emplace_back("Content-Encoding", "gzip");
  answer.constant_body = is_gzip ? file->gzipped : file->body;
  return answer;
}

} // namespace sluice
