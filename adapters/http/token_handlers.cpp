// Tokens: made, rotated, listed, revoked; what the one who asks may do; and which routes there are.

#include "adapters/http/routes.hpp"
#include "messages/address.hpp"
#include "messages/json.hpp"
#include "messages/json_reader.hpp"

#include <algorithm>

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::uint64_t listed_default = 1000;
constexpr std::uint64_t listed_max = 10'000;
constexpr std::size_t name_text_max = 400; ///< more than a name has, so that its own rule is what is told
/// A token that nobody said an end of: a year, so that one that was forgotten does not open the engine for ever. Who needs one
/// without an end says `never`.
constexpr milliseconds lifetime_default = std::chrono::hours(24 * 365);
constexpr milliseconds overlap_max = std::chrono::hours(24 * 30);
constexpr std::size_t scope_items_max = 50;

json json_of(const std::optional<timestamp>& at) {
  return at ? json(format_timestamp(*at)) : json();
}

json token_json(const token_info& info) {
  return {{"id", info.id},
          {"name", info.name},
          {"role", name_of(info.role)},
          {"created_at", format_timestamp(info.created_at)},
          {"expires_at", json_of(info.expires_at)},
          {"domains", info.scope.domains},
          {"tags", info.scope.tags}};
}

/// `expires`: a duration, a time, or "never".
std::optional<timestamp> expiry_in(object_reader& from, timestamp now, std::optional<timestamp> otherwise) {
  if (!from.has("expires"))
    return otherwise;
  const auto text = from.text("expires", 60);
  if (text == "never")
    return std::nullopt;
  if (const auto lifetime = parse_duration(text);
      lifetime && *lifetime > milliseconds(0) && *lifetime <= std::chrono::hours(24 * 365 * 100))
    return now + *lifetime;
  if (const auto moment = parse_timestamp(text); moment && *moment > now)
    return *moment;
  from.fail("expires", notice{"expires_wrong"});
  return std::nullopt;
}

std::vector<std::string> texts_in(object_reader& from, const char* field) {
  std::vector<std::string> read;
  if (!from.has(field))
    return read;
  const auto& all = from.at(field);
  if (!all.is_array()) {
    from.fail(field, notice{"must_be_list"});
    return read;
  }
  if (all.size() > scope_items_max)
    from.fail(field, notice{"too_many_items", {{"max", scope_items_max}}});
  for (const auto& one : all)
    read.push_back(one.is_string() ? one.get<std::string>() : std::string{});
  return read;
}

token_scope scope_in(object_reader& from) {
  token_scope scope;
  for (const auto& one : texts_in(from, "domains")) {
    auto domain = ascii_domain(one);
    if (domain.empty() || !parse_address("a@" + domain))
      from.fail("domains", notice{"domain_wrong"});
    scope.domains.push_back(std::move(domain));
  }
  scope.tags = texts_in(from, "tags");
  for (const auto& one : scope.tags)
    if (!is_tag(one))
      from.fail("tags", notice{"tag_wrong", {{"max", tag_bytes_max}}});
  return scope;
}

/// The secret is told once: the answer that an idempotency key keeps has none.
http_response with_secret(unsigned status, const token_store::created_token& made) {
  auto shown = token_json(made.info);
  auto kept = json_response(status, shown);
  shown["secret"] = made.secret;
  auto response = json_response(status, shown);
  response.kept_body = std::move(kept.body);
  return response;
}

std::string_view name_of_reader(permission needed) {
  switch (needed) {
  case permission::anyone:
    return "anyone";
  case permission::watch:
    return "watcher";
  case permission::look:
    return "viewer";
  case permission::operate:
    return "operator";
  case permission::intervene:
    return "operator, moderator";
  case permission::moderate:
    return "moderator";
  case permission::administrate:
    return "admin";
  }
  return {};
}

} // namespace

void show_me(node&, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  json commands = json::array();
  for (std::size_t number = 0; number < command_kind_count; ++number)
    if (const auto kind = static_cast<command_kind>(number);
        has_permission(request.who.role, needed_for(kind)))
      commands.push_back(name_of(kind));
  json me{{"name", request.who.name},
          {"role", name_of(request.who.role)},
          {"commands", std::move(commands)},
          {"expires_at", json_of(request.who.expires_at)},
          {"domains", request.who.scope.domains},
          {"tags", request.who.scope.tags}};
  if (!request.csrf.empty())
    me["csrf"] = request.csrf;
  answer(json_response(200, me));
}

void list_routes(node&, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  json items = json::array();
  for (const auto& one : all_routes()) {
    json roles = json::array();
    for (const auto who : {role::watcher, role::viewer, role::operator_, role::moderator, role::admin})
      if (has_permission(who, one.needed))
        roles.push_back(name_of(who));
    items.push_back({{"method", one.method},
                     {"path", one.path},
                     {"needs", name_of_reader(one.needed)},
                     {"roles", std::move(roles)}});
  }
  answer(json_response(200, {{"items", std::move(items)}, {"next", nullptr}}));
}

void list_tokens(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  query.limit(listed_default, listed_max);
  query.text("after");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto all = engine.store().tokens().list();
  if (!all)
    return answer(problem(all.error()));
  json items = json::array();
  for (const auto& one : *all)
    items.push_back(token_json(one));
  answer(json_response(200, {{"items", std::move(items)}, {"next", nullptr}}));
}

void create_token(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto wanted = parse_role(from.text("role", 40));
  if (!wanted)
    from.fail("role", notice{"must_be_one_of", {{"names", role_names_text}}});
  auto name = from.text("name", name_text_max);
  if (name.empty())
    from.fail("name", notice{"token_name_needed"});
  const auto now = engine.now();
  const auto expires_at = expiry_in(from, now, now + lifetime_default);
  auto scope = scope_in(from);
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  const auto made = engine.store().tokens().create({*wanted, std::move(name), expires_at, std::move(scope)},
                                                   request.done_at(now));
  answer(made ? with_secret(201, *made) : problem(made.error()));
}

/// Body {expires?, overlap?}. What had no end has none; all else has a year again.
void rotate_token(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  const auto all = engine.store().tokens().list();
  if (!all)
    return answer(problem(all.error()));
  const auto& asked = request.captured.front();
  const auto old =
      std::ranges::find_if(*all, [&](const token_info& one) { return one.id == asked || one.name == asked; });
  const auto now = engine.now();
  object_reader from(*body, "");
  const auto is_endless = old != all->end() && !old->expires_at;
  const auto expires_at =
      expiry_in(from, now, is_endless ? std::nullopt : std::optional(now + lifetime_default));
  milliseconds overlap{0};
  if (from.has("overlap")) {
    const auto read = parse_duration(from.text("overlap", 60));
    if (!read || *read < milliseconds(0) || *read > overlap_max)
      from.fail("overlap", notice{"overlap_wrong", {{"max", overlap_max}}});
    else
      overlap = *read;
  }
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  const auto old_until = overlap > milliseconds(0) ? std::optional(now + overlap) : std::nullopt;
  const auto made = engine.store().tokens().rotate(asked, expires_at, old_until, request.done_at(now));
  answer(made ? with_secret(200, *made) : problem(made.error()));
}

void revoke_token(node& engine, const http_request& request, const respond& answer) {
  if (const auto fault = query_reader(request).finish())
    return answer(problem(*fault));
  const auto revoked =
      engine.store().tokens().revoke(request.captured.front(), request.done_at(engine.now()));
  answer(revoked ? http_response{204, "", "", {}} : problem(revoked.error()));
}

} // namespace sluice::handlers
