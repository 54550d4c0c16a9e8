#include "adapters/cli/http_transfer.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <mutex>

namespace sluice::cli {
namespace {

/// The longest answer that is kept in memory: a page of letters is far below.
constexpr std::size_t answer_bytes_max = std::size_t{64} << 20U;
constexpr long connect_timeout_s = 10;
/// Without a byte either way for so long, an exchange is given up; a large import is made durable meanwhile.
constexpr long silence_s_max = 600;

struct exchange {
  const http_request& what;
  http_answer answer;
  CURL* easy;
  bool was_ended = false; ///< by on_body
};

std::size_t take_answer(char* data, std::size_t size, std::size_t count, void* context) {
  auto& now = *static_cast<exchange*>(context);
  const std::string_view piece{data, size * count};
  long status = 0;
  curl_easy_getinfo(now.easy, CURLINFO_RESPONSE_CODE, &status);
  if (now.what.on_body && status >= 200 && status < 300) {
    if (now.what.on_body(piece))
      return piece.size();
    now.was_ended = true;
    return piece.empty() ? 1 : 0;
  }
  if (now.answer.body.size() + piece.size() > answer_bytes_max)
    return 0;
  now.answer.body += piece;
  return piece.size();
}

std::size_t give_body(char* into, std::size_t size, std::size_t count, void* context) {
  auto& now = *static_cast<exchange*>(context);
  const auto given = now.what.read_body(into, size * count);
  return given ? *given : CURL_READFUNC_ABORT;
}

int tick(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  static_cast<exchange*>(context)->what.on_tick();
  return 0;
}

bool is_loopback(std::string_view url) {
  for (const std::string_view start : {"http://127.", "http://localhost", "http://[::1]", "https://127.",
                                       "https://localhost", "https://[::1]"})
    if (url.starts_with(start))
      return true;
  return false;
}

struct header_list {
  curl_slist* first = nullptr;
  header_list() = default;
  header_list(const header_list&) = delete;
  header_list& operator=(const header_list&) = delete;
  ~header_list() { curl_slist_free_all(first); }
  void add(const std::string& line) { first = curl_slist_append(first, line.c_str()); }
};

void set_body(CURL* easy, const http_request& what, exchange& now) {
  if (what.read_body) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, &now);
    if (what.body_bytes)
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(*what.body_bytes));
  } else if (what.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, what.body.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, what.method.c_str());
}

} // namespace

struct http_transfer::handle {
  CURL* easy = nullptr;
  bool is_running = false;
};

http_transfer::http_transfer() : handle_(std::make_unique<handle>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  handle_->easy = curl_easy_init();
}

http_transfer::~http_transfer() {
  curl_easy_cleanup(handle_->easy);
}

outcome<http_answer> http_transfer::run(const http_request& what) {
  // A handle carries one exchange at a time: what is asked amid a stream goes beside it.
  if (handle_->is_running)
    return http_transfer{}.run(what);
  handle_->is_running = true;
  const std::unique_ptr<bool, void (*)(bool*)> until_the_end(&handle_->is_running,
                                                             [](bool* running) { *running = false; });
  auto* easy = handle_->easy;
  if (easy == nullptr)
    return fail(exit_code::unreachable, "the HTTP library cannot be set up");
  curl_easy_reset(easy);
  exchange now{what, {}, easy};
  std::array<char, CURL_ERROR_SIZE> words{};
  header_list headers;
  for (const auto& line : what.headers)
    headers.add(line);
  // Without this, curl waits a second for a "100 Continue" before it sends a larger body.
  headers.add("Expect:");
  if (what.read_body && !what.body_bytes)
    headers.add("Transfer-Encoding: chunked");
  set_body(easy, what, now);
  curl_easy_setopt(easy, CURLOPT_URL, what.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (!what.ca_file.empty())
    curl_easy_setopt(easy, CURLOPT_CAINFO, what.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.first);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, silence_s_max);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &now);
  if (what.on_tick) {
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, tick);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &now);
  }
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words.data());
  // An engine on this machine is never behind a proxy, and its token is none of a proxy's business.
  if (is_loopback(what.url))
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
  const auto code = curl_easy_perform(easy);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &now.answer.status);
  // A server that refuses a body in the middle answers first and closes then: the answer counts.
  const bool has_answer = now.answer.status >= 400 && !now.answer.body.empty();
  if (code == CURLE_OK || now.was_ended || has_answer)
    return now.answer;
  const std::string_view reason = words[0] != '\0' ? words.data() : curl_easy_strerror(code);
  return fail(exit_code::unreachable, std::string{reason});
}

std::string url_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                               c == '-' || c == '.' || c == '_' || c == '~';
    if (is_unreserved)
      encoded += c;
    else
      encoded += fmt::format("%{:02x}", byte);
  }
  return encoded;
}

} // namespace sluice::cli
