#include "adapters/http/oidc_provider.hpp"

#include "adapters/http/id_token.hpp"
#include "adapters/smtp/secret_file.hpp"
#include "messages/sha256.hpp"
#include "messages/utf8.hpp"
#include "persistence/token_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace sluice {

namespace {

using nlohmann::json;

constexpr milliseconds document_lifetime = std::chrono::hours(1);
/// Keys are asked for again when a token names one that is not among them; so often at most, since anybody can make such a token.
constexpr milliseconds keys_pause = std::chrono::minutes(1);
constexpr std::size_t id_hash_bytes = 8;

std::string field_text(const json& from, const char* field) {
  const auto found = from.is_object() ? from.find(field) : from.end();
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::unexpected<error> unreachable(std::string_view fault) {
  return failure(error_code::unavailable, notice{"oidc_unreachable", {{"fault", fault}}});
}

bool has_text(const json& list, std::string_view wanted) {
  return list.is_array() &&
         std::ranges::any_of(list, [&](const json& one) { return one.is_string() && one == wanted; });
}

/// A claim by its name, or by a way into objects with dots.
const json* claim_at(const json& claims, std::string_view path) {
  if (!claims.is_object())
    return nullptr;
  if (const auto found = claims.find(std::string(path)); found != claims.end())
    return &*found;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1))
    if (const auto found = claims.find(std::string(path.substr(0, dot))); found != claims.end())
      return claim_at(*found, path.substr(dot + 1));
  return nullptr;
}

std::pair<std::string_view, std::string_view> value_and_role(std::string_view pair) {
  const auto sign = pair.rfind('=');
  if (sign == std::string_view::npos)
    return {};
  return {pair.substr(0, sign), pair.substr(sign + 1)};
}

/// A name that logs can show: what a token's may not have is left out.
std::string showable_name(std::string_view text) {
  if (auto whole = normalised_token_name(text))
    return *std::move(whole);
  std::string kept;
  for (std::size_t at = 0; at < text.size() && kept.size() < token_name_bytes_max - 4;) {
    const auto bytes = std::max<std::size_t>(utf8_character_at(text, at).bytes, 1);
    const auto one = text.substr(at, bytes);
    if (normalised_token_name(one) || (one == " " && !kept.empty()))
      kept += one;
    at += bytes;
  }
  while (kept.ends_with(' '))
    kept.pop_back();
  return normalised_token_name(kept).value_or(std::string{});
}

} // namespace

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char one : text)
    if ((one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') ||
        std::string_view("-._~").contains(one))
      encoded += one;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(one));
  return encoded;
}

result<void> check(const oidc_settings& settings) {
  const auto wrong = [](std::string_view key, std::string_view what) {
    return failure(error_code::invalid_input, fmt::format("oidc.{}: {}", key, what));
  };
  if (!settings.is_on())
    return {};
  const auto is_url = [](std::string_view url) {
    return url.starts_with("https://") || url.starts_with("http://127.0.0.1") ||
           url.starts_with("http://[::1]") || url.starts_with("http://localhost");
  };
  if (!is_url(settings.issuer))
    return wrong("issuer", "it must be a URL with https, or with http on this machine");
  if (settings.client_id.empty())
    return wrong("client_id", "it is needed where there is an issuer");
  if (!is_url(settings.redirect_url) || !settings.redirect_url.ends_with("/sign-in/callback"))
    return wrong("redirect_url",
                 "it must be this engine's URL, with https or on this machine, and /sign-in/callback");
  if (settings.roles.empty())
    return wrong("roles", "without one nobody could sign in; say value=role for each, like \"admins=admin\"");
  for (const auto& one : settings.roles)
    if (const auto [value, name] = value_and_role(one); value.empty() || !parse_role(name))
      return wrong("roles",
                   fmt::format("{} is not value=role; roles are {}", quoted_excerpt(one), role_names_text));
  return {};
}

std::optional<role> role_in(const oidc_settings& settings, const json& claims) {
  const auto* const claim = claim_at(claims, settings.roles_claim);
  if (claim == nullptr)
    return std::nullopt;
  for (const auto& one : settings.roles)
    if (const auto [value, name] = value_and_role(one);
        (claim->is_string() && *claim == value) || has_text(*claim, value))
      return parse_role(name);
  return std::nullopt;
}

result<json> oidc_provider::ask_json(const back_request& request) {
  const auto body = ask_(request);
  if (!body)
    return std::unexpected(body.error());
  auto read = json::parse(*body, nullptr, false);
  if (!read.is_object())
    return unreachable(request.url + " answered with something that is no JSON object");
  return read;
}

result<json> oidc_provider::discovered(timestamp now) {
  const std::lock_guard guard(mutex_);
  if (document_ && now < document_at_ + document_lifetime)
    return *document_;
  auto issuer = settings_.issuer;
  while (issuer.ends_with('/'))
    issuer.pop_back();
  auto document = ask_json({.url = issuer + "/.well-known/openid-configuration"});
  if (!document)
    return document;
  // Discovery section 4.3: else another's document could be put in its place.
  if (field_text(*document, "issuer") != settings_.issuer)
    return unreachable("its discovery document is of another issuer, " +
                       quoted_excerpt(field_text(*document, "issuer")));
  for (const auto* field : {"authorization_endpoint", "token_endpoint", "jwks_uri"})
    if (field_text(*document, field).empty())
      return unreachable(fmt::format("its discovery document has no {}", field));
  if (const auto methods = document->find("code_challenge_methods_supported");
      methods != document->end() && !has_text(*methods, "S256"))
    return unreachable("it has no PKCE with S256");
  document_ = *document;
  document_at_ = now;
  keys_.reset();
  return document;
}

result<std::string> oidc_provider::authorization_url(const std::string& state,
                                                     const std::string& nonce,
                                                     const std::string& challenge,
                                                     timestamp now) {
  const auto document = discovered(now);
  if (!document)
    return std::unexpected(document.error());
  auto url = field_text(*document, "authorization_endpoint");
  auto sign = url.contains('?') ? '&' : '?';
  for (const auto& [name, value] : {std::pair<std::string_view, std::string>{"response_type", "code"},
                                    {"client_id", settings_.client_id},
                                    {"redirect_uri", settings_.redirect_url},
                                    {"scope", settings_.scopes},
                                    {"state", state},
                                    {"nonce", nonce},
                                    {"code_challenge", challenge},
                                    {"code_challenge_method", "S256"}}) {
    url += fmt::format("{}{}={}", sign, name, percent_encoded(value));
    sign = '&';
  }
  return url;
}

result<json>
oidc_provider::tokens_for(const json& document, const std::string& code, const std::string& verifier) {
  back_request request{.url = field_text(document, "token_endpoint")};
  request.form = fmt::format("grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={}",
                             percent_encoded(code), percent_encoded(settings_.redirect_url), verifier);
  if (settings_.client_secret_file.empty()) {
    request.form += "&client_id=" + percent_encoded(settings_.client_id);
    return ask_json(request);
  }
  // Read each time, so that it can be changed under a running engine.
  const auto secret = read_secret_file(settings_.client_secret_file);
  if (!secret)
    return unreachable(secret.error().message);
  const auto methods = document.find("token_endpoint_auth_methods_supported");
  if (methods == document.end() || has_text(*methods, "client_secret_basic")) {
    // RFC 6749 section 2.3.1: encoded before they are put together.
    request.user = percent_encoded(settings_.client_id);
    request.password = percent_encoded(*secret);
  } else {
    request.form += fmt::format("&client_id={}&client_secret={}", percent_encoded(settings_.client_id),
                                percent_encoded(*secret));
  }
  return ask_json(request);
}

result<json> oidc_provider::keys_for(const json& document, std::string_view id_token, timestamp now) {
  const std::lock_guard guard(mutex_);
  if (keys_ && (has_key_for(id_token, *keys_) || now < keys_at_ + keys_pause))
    return *keys_;
  auto keys = ask_json({.url = field_text(document, "jwks_uri")});
  if (!keys)
    return keys;
  keys_ = *keys;
  keys_at_ = now;
  return keys;
}

/// What is not in the ID token may be told to who asks with the access token.
result<void> oidc_provider::add_user_info(const json& document, const json& tokens, json& claims) {
  const auto url = field_text(document, "userinfo_endpoint");
  const auto bearer = field_text(tokens, "access_token");
  const auto has_all = role_in(settings_, claims) &&
                       !(field_text(claims, "preferred_username") + field_text(claims, "email")).empty();
  if (has_all || url.empty() || bearer.empty())
    return {};
  const auto info = ask_json({.url = url, .bearer = bearer});
  if (!info)
    return std::unexpected(info.error());
  if (field_text(*info, "sub") != field_text(claims, "sub"))
    return failure(error_code::unauthenticated,
                   notice{"oidc_id_token_wrong", {{"fault", "the provider tells of another person"}}});
  // What was signed counts.
  auto all = *info;
  all.update(claims);
  claims = std::move(all);
  return {};
}

result<oidc_person> oidc_provider::person_of(const json& claims) const {
  const auto subject = field_text(claims, "sub");
  oidc_person person;
  const auto hash = sha256(settings_.issuer + '\n' + subject);
  person.id = "oidc:" + to_hex(std::span(hash).first(id_hash_bytes));
  for (const auto* field : {"preferred_username", "email", "sub"})
    if (person.name.empty())
      person.name = showable_name(field_text(claims, field));
  if (person.name.empty())
    person.name = person.id;
  const auto known = role_in(settings_, claims);
  if (!known)
    return failure(error_code::not_permitted,
                   notice{"oidc_no_role", {{"name", person.name}, {"claim", settings_.roles_claim}}});
  person.role = *known;
  return person;
}

result<oidc_person> oidc_provider::redeem(const std::string& code,
                                          const std::string& verifier,
                                          const std::string& nonce,
                                          timestamp now) {
  const auto document = discovered(now);
  if (!document)
    return std::unexpected(document.error());
  const auto tokens = tokens_for(*document, code, verifier);
  if (!tokens)
    return std::unexpected(tokens.error());
  const auto id_token = field_text(*tokens, "id_token");
  const auto keys = keys_for(*document, id_token, now);
  if (!keys)
    return std::unexpected(keys.error());
  auto claims = verified_claims(id_token, *keys, {settings_.issuer, settings_.client_id, nonce, now});
  if (!claims)
    return std::unexpected(claims.error());
  if (auto added = add_user_info(*document, *tokens, *claims); !added)
    return std::unexpected(added.error());
  return person_of(*claims);
}

} // namespace sluice
