#include "adapters/http/routes.hpp"

#include <array>

namespace sluice {

namespace {

using enum permission;
namespace h = handlers;

constexpr std::array routes{
    route{"GET", "/v1/campaigns", look, h::list_campaigns},
    route{"POST", "/v1/campaigns", operate, h::create_campaign},
    route{"GET", "/v1/campaigns/{}", look, h::show_campaign},
    route{"PATCH", "/v1/campaigns/{}", needed_for(command_kind::edit), h::edit_campaign},
    route{"DELETE", "/v1/campaigns/{}", needed_for(command_kind::discard), h::discard_campaign},
    route{"POST", "/v1/campaigns/{}/start", needed_for(command_kind::start), h::command_campaign},
    route{"POST", "/v1/campaigns/{}/approve", needed_for(command_kind::approve), h::command_campaign},
    route{"POST", "/v1/campaigns/{}/reject", needed_for(command_kind::reject), h::command_campaign},
    route{"POST", "/v1/campaigns/{}/pause", needed_for(command_kind::pause), h::command_campaign},
    route{"POST", "/v1/campaigns/{}/resume", needed_for(command_kind::resume), h::command_campaign},
    route{"POST", "/v1/campaigns/{}/release", needed_for(command_kind::release), h::command_campaign},
    route{"POST", "/v1/campaigns/{}/cancel", needed_for(command_kind::cancel), h::command_campaign},
    route{"GET", "/v1/campaigns/{}/plan", look, h::show_plan},
    route{"GET", "/v1/campaigns/{}/responses", look, h::show_responses},
    route{"GET", "/v1/campaigns/{}/letters", look, h::show_letters},
    route{"GET", "/v1/campaigns/{}/why", look, h::show_why},
    route{"GET", "/v1/campaigns/{}/log", look, h::show_log},
    route{"GET", "/v1/campaigns/{}/story", look, h::show_story},
    route{"GET", "/v1/campaigns/{}/replay", look, h::show_replay},
    route{"GET", "/v1/campaigns/{}/diff", look, h::show_diff},
    route{"GET", "/v1/campaigns/{}/preview", look, h::show_preview},
    route{"GET", "/v1/campaigns/{}/doubt", look, h::show_doubt},
    route{"POST", "/v1/campaigns/{}/doubt", needed_for(command_kind::resend_doubt), h::settle_doubt},
    route{"GET", "/v1/campaigns/{}/progress", look, h::show_progress},
    route{"POST", "/v1/campaigns/{}/check", look, h::check_draft},
    route{"POST", "/v1/campaigns/{}/test", operate, h::send_test_copy},
    route{"POST", "/v1/check", look, h::check_content},
    route{"POST", "/v1/preview", look, h::preview_content},
    route{"POST", "/v1/plan", look, h::forecast},
    route{"GET", "/v1/audit", look, h::audit},
    route{"POST", "/v1/audit", look, h::audit_against_seal},
    route{"POST", "/v1/audit/seal", administrate, h::make_seal},
    route{"GET", "/v1/audit/export", look, h::export_records},
    route{"GET", "/v1/audiences", look, h::list_audiences},
    route{"POST", "/v1/audiences", operate, nullptr, h::import_audience},
    route{"GET", "/v1/audiences/{}", look, h::show_audience},
    route{"GET", "/v1/audiences/{}/rows", look, h::show_audience_rows},
    route{"GET", "/v1/stream", look, nullptr, nullptr, true},
    route{"GET", "/v1/suppressions", look, h::list_suppressions},
    route{"POST", "/v1/suppressions", operate, h::add_suppressions},
    route{"DELETE", "/v1/suppressions", operate, h::remove_suppressions},
    route{"GET", "/v1/me", look, h::show_me},
    route{"GET", "/v1/tokens", administrate, h::list_tokens},
    route{"POST", "/v1/tokens", administrate, h::create_token},
    route{"DELETE", "/v1/tokens/{}", administrate, h::revoke_token},
    route{"GET", "/healthz", anyone, h::health},
    route{"GET", "/readyz", anyone, h::readiness},
    route{"GET", "/metrics", anyone, h::metrics},
    route{"GET", "/version", anyone, h::version},
    route{"GET", "/", anyone, h::welcome},
};

/// Whether the path is the pattern's, and what its {} stand for.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string>& path) {
  std::vector<std::string> captured;
  pattern.remove_prefix(1);
  for (const auto& segment : path) {
    const auto end = std::min(pattern.find('/'), pattern.size());
    const auto expected = pattern.substr(0, end);
    if (expected == "{}")
      captured.push_back(segment);
    else if (expected != segment)
      return std::nullopt;
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return pattern.empty() ? std::optional(captured) : std::nullopt;
}

} // namespace

bool has_permission(role who, permission needed) {
  switch (needed) {
  case permission::anyone:
  case permission::look:
    return true;
  case permission::operate:
    return who == role::operator_ || who == role::admin;
  case permission::moderate:
    return who == role::moderator || who == role::admin;
  case permission::administrate:
    return who == role::admin;
  }
  return false;
}

std::span<const route> all_routes() {
  return routes;
}

found_route find_route(std::string_view method, const std::vector<std::string>& path) {
  // What GET answers HEAD answers too, without the body (RFC 9110 section 9.3.2).
  const auto wanted = method == "HEAD" ? std::string_view{"GET"} : method;
  found_route found;
  for (const auto& one : routes) {
    auto captured = match(one.path, path);
    if (!captured)
      continue;
    if (one.method == wanted)
      return {&one, std::move(*captured), {}};
    found.allowed_methods += (found.allowed_methods.empty() ? "" : ", ") + std::string{one.method};
  }
  return found;
}

result<token_info> authorize(node& engine, const route& entry, std::string_view secret) {
  if (entry.needed == permission::anyone)
    return token_info{};
  if (secret.empty())
    return failure(error_code::unauthenticated, notice{"token_needed"});
  auto who = engine.store().tokens().find(secret);
  if (!who)
    return failure(error_code::unauthenticated, notice{"token_not_accepted"});
  if (!has_permission(who->role, entry.needed))
    return failure(error_code::not_permitted,
                   notice{"role_forbids", {{"role", name_of(who->role)}, {"token", who->name}}});
  return std::move(*who);
}

result<campaign_view> named_campaign(node& engine, const http_request& request) {
  const auto id = parse_campaign_id(request.captured.front());
  if (id)
    if (auto view = engine.campaigns().find(*id, engine.now()))
      return std::move(*view);
  return failure(error_code::not_found,
                 notice{"campaign_unknown", {{"campaign", excerpt(request.captured.front())}}});
}

} // namespace sluice
