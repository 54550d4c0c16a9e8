#include "adapters/http/routes.hpp"

#include <array>
#include <limits>

namespace sluice {

namespace {

using enum permission;
namespace h = handlers;

constexpr auto small = small_body_bytes_max;
constexpr auto large = large_body_bytes_max;
constexpr auto any_length = std::numeric_limits<std::uint64_t>::max();

constexpr route in_log(route one) {
  one.keys = key_handling::in_log;
  return one;
}
constexpr route unchanging(route one) {
  one.keys = key_handling::nothing_changes;
  return one;
}

constexpr std::array routes{
    route{"GET", "/v1/campaigns", watch, work_kind::look, 0, h::list_campaigns},
    in_log(route{"POST", "/v1/campaigns", operate, work_kind::edit, large, h::create_campaign}),
    route{"GET", "/v1/campaigns/{}", watch, work_kind::look, 0, h::show_campaign},
    in_log(route{"PATCH", "/v1/campaigns/{}", needed_for(command_kind::edit), work_kind::edit, large,
                 h::edit_campaign}),
    in_log(route{"DELETE", "/v1/campaigns/{}", needed_for(command_kind::discard), work_kind::command, small,
                 h::discard_campaign}),
    in_log(route{"POST", "/v1/campaigns/{}/start", needed_for(command_kind::start), work_kind::command, small,
                 h::command_campaign}),
    in_log(route{"POST", "/v1/campaigns/{}/approve", needed_for(command_kind::approve), work_kind::command,
                 small, h::command_campaign}),
    in_log(route{"POST", "/v1/campaigns/{}/reject", needed_for(command_kind::reject), work_kind::command,
                 small, h::command_campaign}),
    in_log(route{"POST", "/v1/campaigns/{}/pause", needed_for(command_kind::pause), work_kind::command, small,
                 h::command_campaign}),
    in_log(route{"POST", "/v1/campaigns/{}/resume", needed_for(command_kind::resume), work_kind::command,
                 small, h::command_campaign}),
    in_log(route{"POST", "/v1/campaigns/{}/release", needed_for(command_kind::release), work_kind::command,
                 small, h::command_campaign}),
    in_log(route{"POST", "/v1/campaigns/{}/cancel", needed_for(command_kind::cancel), work_kind::command,
                 small, h::command_campaign}),
    route{"GET", "/v1/campaigns/{}/plan", watch, work_kind::look, 0, h::show_plan},
    route{"GET", "/v1/campaigns/{}/responses", watch, work_kind::look, 0, h::show_responses},
    route{"GET", "/v1/campaigns/{}/letters", watch, work_kind::heavy_look, 0, h::show_letters},
    route{"GET", "/v1/campaigns/{}/why", watch, work_kind::heavy_look, 0, h::show_why},
    route{"GET", "/v1/campaigns/{}/log", watch, work_kind::heavy_look, 0, h::show_log},
    route{"GET", "/v1/campaigns/{}/story", watch, work_kind::heavy_look, 0, h::show_story},
    route{"GET", "/v1/campaigns/{}/replay", watch, work_kind::heavy_look, 0, h::show_replay},
    route{"GET", "/v1/campaigns/{}/diff", watch, work_kind::heavy_look, 0, h::show_diff},
    route{"GET", "/v1/campaigns/{}/preview", watch, work_kind::look, 0, h::show_preview},
    route{"GET", "/v1/campaigns/{}/doubt", watch, work_kind::heavy_look, 0, h::show_doubt},
    in_log(route{"POST", "/v1/campaigns/{}/doubt", needed_for(command_kind::resend_doubt), work_kind::edit,
                 large, h::settle_doubt}),
    route{"GET", "/v1/campaigns/{}/refusals", watch, work_kind::heavy_look, 0, h::show_refusals},
    in_log(route{"POST", "/v1/campaigns/{}/refusals", needed_for(command_kind::accept_refusals),
                 work_kind::edit, large, h::settle_refusals}),
    route{"GET", "/v1/campaigns/{}/progress", watch, work_kind::heavy_look, 0, h::show_progress},
    unchanging(route{"POST", "/v1/campaigns/{}/check", look, work_kind::look, small, h::check_draft}),
    in_log(route{"POST", "/v1/campaigns/{}/copy", operate, work_kind::import, small, h::copy_campaign,
                 nullptr, false, false, true}),
    route{"POST", "/v1/campaigns/{}/test", operate, work_kind::edit, small, h::send_test_copy},
    unchanging(route{"POST", "/v1/check", look, work_kind::look, large, h::check_content}),
    unchanging(route{"POST", "/v1/preview", look, work_kind::look, large, h::preview_content}),
    unchanging(route{"POST", "/v1/plan", watch, work_kind::look, small, h::forecast}),
    route{"GET", "/v1/audit", watch, work_kind::heavy_look, 0, h::audit},
    unchanging(route{"POST", "/v1/audit", look, work_kind::heavy_look, large, h::audit_against_seal}),
    unchanging(route{"POST", "/v1/audit/seal", administrate, work_kind::heavy_look, small, h::make_seal}),
    route{"GET", "/v1/audit/export", look, work_kind::heavy_look, 0, h::export_records},
    route{"GET", "/v1/audit/tables", administrate, work_kind::heavy_look, 0, h::export_tables},
    route{"GET", "/v1/house/log", watch, work_kind::heavy_look, 0, h::show_house_log},
    route{"GET", "/v1/house/replay", watch, work_kind::heavy_look, 0, h::show_house_replay},
    route{"POST", "/v1/erase", administrate, work_kind::import, small, h::erase_recipient},
    route{"GET", "/v1/audiences", watch, work_kind::look, 0, h::list_audiences},
    route{"POST", "/v1/audiences", operate, work_kind::import, any_length, nullptr, h::import_audience},
    unchanging(route{"POST", "/v1/audiences/preview", operate, work_kind::import, any_length, nullptr,
                     h::preview_audience}),
    unchanging(route{"POST", "/v1/audiences/cells", operate, work_kind::import, any_length, nullptr,
                     h::show_list_cells}),
    route{"POST", "/v1/audiences/derive", operate, work_kind::import, small, h::derive_audiences, nullptr,
          false, false, true},
    route{"GET", "/v1/audiences/{}", watch, work_kind::look, 0, h::show_audience},
    route{"PATCH", "/v1/audiences/{}", operate, work_kind::edit, small, h::rename_audience},
    route{"DELETE", "/v1/audiences/{}", operate, work_kind::edit, small, h::delete_audience},
    route{"GET", "/v1/audiences/{}/rows", look, work_kind::look, 0, h::show_audience_rows},
    route{"GET", "/v1/audiences/{}/export", operate, work_kind::heavy_look, 0, h::export_audience},
    route{"GET", "/v1/partials", look, work_kind::look, 0, h::list_partials},
    route{"GET", "/v1/partials/{}", look, work_kind::look, 0, h::show_partial},
    route{"PUT", "/v1/partials/{}", operate, work_kind::edit, large, h::put_partial},
    route{"DELETE", "/v1/partials/{}", operate, work_kind::edit, 0, h::remove_partial},
    route{"GET", "/v1/attachments", look, work_kind::look, 0, h::list_attachments},
    route{"POST", "/v1/attachments", operate, work_kind::import, any_length, nullptr, h::upload_attachment},
    route{"GET", "/v1/attachments/{}", look, work_kind::look, 0, h::show_attachment},
    route{"GET", "/v1/attachments/{}/content", look, work_kind::heavy_look, 0, h::show_attachment_content},
    route{"DELETE", "/v1/attachments/{}", operate, work_kind::heavy_look, 0, h::remove_attachment},
    route{"GET", "/v1/stream", watch, work_kind::look, 0, nullptr, nullptr, true},
    route{"GET", "/v1/suppressions", watch, work_kind::look, 0, h::list_suppressions},
    route{"POST", "/v1/suppressions", operate, work_kind::import, large, h::add_suppressions},
    route{"DELETE", "/v1/suppressions", operate, work_kind::import, large, h::remove_suppressions},
    route{"POST", "/v1/feedback", operate, work_kind::import, large, h::take_feedback},
    route{"GET", "/v1/cluster", watch, work_kind::look, 0, h::show_cluster},
    unchanging(
        route{"POST", "/v1/cluster/nodes/{}/drain", administrate, work_kind::edit, small, h::drain_node}),
    unchanging(
        route{"POST", "/v1/cluster/nodes/{}/undrain", administrate, work_kind::edit, small, h::undrain_node}),
    route{"GET", "/v1/relays", watch, work_kind::look, 0, h::list_relays},
    route{"GET", "/v1/me", watch, work_kind::instant, 0, h::show_me},
    route{"GET", "/v1/routes", watch, work_kind::instant, 0, h::list_routes},
    route{"GET", "/v1/tokens", administrate, work_kind::look, 0, h::list_tokens},
    route{"POST", "/v1/tokens", administrate, work_kind::edit, small, h::create_token},
    route{"POST", "/v1/tokens/{}/rotate", administrate, work_kind::edit, small, h::rotate_token},
    route{"DELETE", "/v1/tokens/{}", administrate, work_kind::edit, small, h::revoke_token},
    // Who asks again is nobody by then.
    unchanging(route{"POST", "/v1/sign-out", watch, work_kind::edit, small, h::sign_out}),
    route{"GET", "/sign-in", anyone, work_kind::outside, 0, h::begin_sign_in},
    route{"GET", "/sign-in/callback", anyone, work_kind::outside, 0, h::finish_sign_in},
    route{"GET", "/sign-in/options", anyone, work_kind::instant, 0, h::sign_in_options},
    route{"GET", "/healthz", anyone, work_kind::instant, 0, h::health},
    route{"GET", "/readyz", anyone, work_kind::instant, 0, h::readiness},
    route{"GET", "/metrics", anyone, work_kind::look, 0, h::metrics, nullptr, false, true},
    route{"GET", "/version", anyone, work_kind::instant, 0, h::version, nullptr, false, true},
    route{"GET", "/", anyone, work_kind::instant, 0, h::welcome},
};

/// Whether the path is the pattern's, and what its {} stand for.
std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string>& path) {
  std::vector<std::string> captured;
  for (const auto& segment : path) {
    // Nothing is left of the pattern: a segment more is another path, also an empty one behind a last slash.
    if (pattern.size() < 2)
      return std::nullopt;
    pattern.remove_prefix(1);
    const auto end = std::min(pattern.find('/'), pattern.size());
    const auto expected = pattern.substr(0, end);
    if (expected == "{}")
      captured.push_back(segment);
    else if (expected != segment)
      return std::nullopt;
    pattern.remove_prefix(end);
  }
  return pattern.empty() || pattern == "/" ? std::optional(captured) : std::nullopt;
}

} // namespace

bool has_permission(role who, permission needed) {
  switch (needed) {
  case permission::anyone:
  case permission::watch:
    return true;
  case permission::look:
    return who != role::watcher;
  case permission::operate:
    return who == role::operator_ || who == role::admin;
  case permission::intervene:
    return who == role::operator_ || who == role::moderator || who == role::admin;
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

permission needed_for(const route& entry, bool is_on_this_machine, bool is_public) {
  return entry.is_private_elsewhere && !is_on_this_machine && !is_public ? permission::watch : entry.needed;
}

result<token_info> authorize(node& engine, permission needed, std::string_view secret) {
  if (needed == permission::anyone)
    return token_info{};
  if (secret.empty())
    return failure(error_code::unauthenticated, notice{"token_needed"});
  auto who = engine.store().tokens().find(secret);
  if (!who)
    return failure(error_code::unauthenticated, notice{"token_not_accepted"});
  if (who->has_expired(engine.now()))
    return failure(error_code::unauthenticated,
                   notice{"token_expired", {{"token", who->name}, {"at", *who->expires_at}}});
  if (!has_permission(who->role, needed))
    return failure(error_code::not_permitted,
                   notice{"role_forbids", {{"role", name_of(who->role)}, {"token", who->name}}});
  return std::move(*who);
}

result<campaign_view> named_campaign(node& engine, const http_request& request) {
  const auto id = parse_campaign_id(request.captured.front());
  if (id) {
    if (auto view = engine.look_up(*id))
      return std::move(*view);
    return std::unexpected(no_such_campaign(engine.store().removed_campaigns(), *id));
  }
  return failure(error_code::not_found,
                 notice{"campaign_unknown", {{"campaign", excerpt(request.captured.front())}}});
}

} // namespace sluice
