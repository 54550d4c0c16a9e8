// The engine's own requests to a provider of sign-ins, over libcurl.

#include "adapters/http/oidc_provider.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

namespace sluice {

namespace {

constexpr long back_timeout_ms = 10'000;
constexpr std::size_t back_answer_bytes_max = 1U << 20U;

struct curl_closed {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct list_freed {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t keep_body(char* bytes, std::size_t size, std::size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size * count > back_answer_bytes_max)
    return 0; // ends the transfer
  body.append(bytes, size * count);
  return size * count;
}

std::unexpected<error> unreachable(const back_request& request, std::string_view fault) {
  return failure(error_code::unavailable,
                 notice{"oidc_unreachable", {{"fault", fmt::format("{}: {}", request.url, fault)}}});
}

bool is_on_this_machine(std::string_view url) {
  for (const std::string_view start : {"http://127.0.0.1", "http://[::1]", "http://localhost"})
    if (url.starts_with(start) &&
        (url.size() == start.size() || url[start.size()] == ':' || url[start.size()] == '/'))
      return true;
  return false;
}

result<std::string> ask_over_curl(const back_request& request) {
  const std::unique_ptr<CURL, curl_closed> curl(curl_easy_init());
  if (!curl)
    return unreachable(request, "no memory");
  if (!request.url.starts_with("https://") && !is_on_this_machine(request.url))
    return unreachable(request, "secrets are sent with https only");
  std::string body;
  std::unique_ptr<curl_slist, list_freed> heads(curl_slist_append(nullptr, "Accept: application/json"));
  if (!request.bearer.empty())
    curl_slist_append(heads.get(), ("Authorization: Bearer " + request.bearer).c_str());
  curl_easy_setopt(curl.get(), CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, back_timeout_ms);
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, heads.get());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &keep_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  if (!request.form.empty())
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.form.c_str());
  if (!request.user.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, request.user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, request.password.c_str());
  }
  if (const auto done = curl_easy_perform(curl.get()); done != CURLE_OK)
    return unreachable(request, curl_easy_strerror(done));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status == 200)
    return body;
  const auto read = nlohmann::json::parse(body, nullptr, false);
  const auto said = read.is_object() ? read.value("error", nlohmann::json()) : nlohmann::json();
  if (status == 400 || status == 401)
    return failure(
        error_code::unauthenticated,
        notice{"oidc_refused",
               {{"fault", said.is_string() ? said.get<std::string>() : fmt::format("status {}", status)}}});
  return unreachable(request, fmt::format("status {}", status));
}

} // namespace

back_channel curl_back_channel() {
  return ask_over_curl;
}

} // namespace sluice
