#include "adapters/http/scope.hpp"

#include "messages/address.hpp"

#include <algorithm>
#include <array>

namespace sluice {

namespace {

struct route_reach {
  std::string_view method;
  std::string_view path;
  sluice::reach reach;
};

constexpr std::string_view campaign_path = "/v1/campaigns/{}";

constexpr auto reaches = std::to_array<route_reach>({
    {"GET", "/v1/campaigns", reach::filtered},
    {"POST", "/v1/campaigns", reach::filtered},
    {"GET", "/v1/stream", reach::filtered},
    {"POST", "/v1/audiences/derive", reach::filtered},
    {"POST", "/v1/feedback", reach::filtered},
    {"GET", "/v1/audit", reach::parameter},
    {"GET", "/v1/audit/export", reach::parameter},
    {"POST", "/v1/check", reach::shared},
    {"POST", "/v1/preview", reach::shared},
    {"POST", "/v1/plan", reach::shared},
    {"GET", "/v1/audiences", reach::shared},
    {"POST", "/v1/audiences", reach::shared},
    {"POST", "/v1/audiences/preview", reach::shared},
    {"POST", "/v1/audiences/cells", reach::shared},
    {"GET", "/v1/audiences/{}", reach::shared},
    {"PATCH", "/v1/audiences/{}", reach::shared},
    {"DELETE", "/v1/audiences/{}", reach::filtered},
    {"GET", "/v1/audiences/{}/rows", reach::shared},
    {"GET", "/v1/audiences/{}/export", reach::shared},
    {"GET", "/v1/partials", reach::shared},
    {"GET", "/v1/partials/{}", reach::shared},
    {"PUT", "/v1/partials/{}", reach::shared},
    {"DELETE", "/v1/partials/{}", reach::shared},
    {"GET", "/v1/attachments", reach::shared},
    {"POST", "/v1/attachments", reach::shared},
    {"GET", "/v1/attachments/{}", reach::shared},
    {"GET", "/v1/attachments/{}/content", reach::shared},
    {"DELETE", "/v1/attachments/{}", reach::shared},
    {"GET", "/v1/suppressions", reach::shared},
    {"POST", "/v1/suppressions", reach::shared},
    {"DELETE", "/v1/suppressions", reach::shared},
    {"GET", "/v1/cluster", reach::shared},
    {"GET", "/v1/relays", reach::shared},
    {"GET", "/v1/me", reach::shared},
    {"GET", "/v1/routes", reach::shared},
    {"POST", "/v1/sign-out", reach::shared},
});

error forbidden(const token_info& who) {
  return make_error(error_code::not_permitted, notice{"scope_forbids", {{"token", who.name}}});
}

std::optional<error> check_campaign(node& engine, const token_info& who, const std::string& text) {
  const auto id = parse_campaign_id(text);
  const auto view = id ? engine.campaigns().find(*id, engine.now()) : std::nullopt;
  // One that there is not is answered by the handler, which may know it from before.
  if (!view || is_in_scope(who.scope, view->spec))
    return std::nullopt;
  return make_error(error_code::not_found, notice{"campaign_unknown", {{"campaign", text}}});
}

} // namespace

bool is_in_scope(const token_scope& scope, const campaign_spec& spec) {
  const auto has_tag = scope.tags.empty() || std::ranges::any_of(spec.tags, [&](const std::string& one) {
                         return std::ranges::find(scope.tags, one) != scope.tags.end();
                       });
  if (!has_tag || scope.domains.empty())
    return has_tag;
  const auto from = parse_mailbox(spec.from);
  return from &&
         std::ranges::find(scope.domains, ascii_domain(domain_of(from->address))) != scope.domains.end();
}

reach reach_of(const route& entry) {
  if (entry.path.starts_with(campaign_path))
    return reach::campaign;
  if (!entry.path.starts_with("/v1/"))
    return reach::shared;
  const auto known = std::ranges::find_if(
      reaches, [&](const auto& one) { return one.method == entry.method && one.path == entry.path; });
  return known == reaches.end() ? reach::engine : known->reach;
}

std::optional<error> check_scope(node& engine, const route& entry, const http_request& request) {
  const auto& who = request.who;
  if (!who.scope.is_limited())
    return std::nullopt;
  switch (reach_of(entry)) {
  case reach::campaign:
    return check_campaign(engine, who, request.captured.front());
  case reach::parameter: {
    const auto asked = request.query.find("campaign");
    const auto is_about_one = asked != request.query.end() && parse_campaign_id(asked->second);
    return is_about_one ? check_campaign(engine, who, asked->second) : forbidden(who);
  }
  case reach::filtered:
  case reach::shared:
    return std::nullopt;
  case reach::engine:
    break;
  }
  return forbidden(who);
}

result<void> check_within(const token_info& who, const campaign_spec& spec) {
  if (is_in_scope(who.scope, spec))
    return {};
  return failure(error_code::not_permitted,
                 notice{"out_of_scope", {{"token", who.name}, {"limits", words_of(who.scope)}}});
}

std::string words_of(const token_scope& scope) {
  std::string words;
  for (const auto& one : scope.domains)
    words += (words.empty() ? "domain " : ", domain ") + one;
  for (const auto& one : scope.tags)
    words += (words.empty() ? "tag " : ", tag ") + one;
  return words;
}

} // namespace sluice
