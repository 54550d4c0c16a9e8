#include "adapters/http/sign_ins.hpp"

#include "messages/base64.hpp"
#include "persistence/random_secret.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice {

namespace {

/// What lies in the browser while somebody signs in: "state.nonce.verifier.milliseconds.signature".
struct begun_parts {
  std::string_view state;
  std::string_view nonce;
  std::string_view verifier;
  std::string_view at;
  std::string_view signature;
  std::string_view signed_text;
};

std::optional<begun_parts> begun_in(std::string_view cookie) {
  std::array<std::string_view, 5> parts;
  auto left = cookie;
  for (auto& part : parts) {
    const auto end = std::min(left.find('.'), left.size());
    part = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  if (!left.empty() || parts.back().empty())
    return std::nullopt;
  return begun_parts{parts[0], parts[1], parts[2],
                     parts[3], parts[4], cookie.substr(0, cookie.size() - parts[4].size() - 1)};
}

/// Takes the same time wherever they differ.
bool is_same(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

result<std::string> random_text() {
  const auto bytes = random_secret();
  return bytes ? result<std::string>(to_base64url(*bytes)) : bytes;
}

std::string origin_of(std::string_view url) {
  const auto host = url.find("://") + 3;
  return std::string(url.substr(0, std::min(url.find('/', host), url.size())));
}

std::unexpected<error> unknown_state() {
  return failure(error_code::unauthenticated, notice{"oidc_state_unknown"});
}

} // namespace

result<std::unique_ptr<sign_ins>> sign_ins::make(oidc_settings settings, back_channel ask) {
  auto key = random_secret();
  if (!key)
    return std::unexpected(key.error());
  return std::unique_ptr<sign_ins>(new sign_ins(std::move(settings), std::move(ask), *key));
}

sign_ins::sign_ins(oidc_settings settings, back_channel ask, const std::string& key) :
    provider_(std::move(settings), std::move(ask)), sign_(key, "sluice sign-in 1"),
    is_secure_(provider_.settings().redirect_url.starts_with("https://")),
    origin_(origin_of(provider_.settings().redirect_url)) {}

result<sign_ins::begun> sign_ins::begin(timestamp now) {
  const auto state = random_text();
  const auto nonce = random_text();
  const auto verifier = random_text(); // 43 characters: the fewest that RFC 7636 section 4.1 takes
  if (!state || !nonce || !verifier)
    return std::unexpected((!state ? state : !nonce ? nonce : verifier).error());
  const auto challenge = to_base64url(as_text(sha256(*verifier)));
  auto url = provider_.authorization_url(*state, *nonce, challenge, now);
  if (!url)
    return std::unexpected(url.error());
  auto value = fmt::format("{}.{}.{}.{}", *state, *nonce, *verifier, now.time_since_epoch().count());
  value += "." + to_hex(sign_(value));
  return begun{*std::move(url), set_cookie(begun_cookie(), value, begun_lifetime)};
}

result<oidc_person> sign_ins::finish(const answered& back, std::string_view cookie, timestamp now) {
  const auto kept = begun_in(cookie);
  if (!kept || !is_same(kept->signature, to_hex(sign_(kept->signed_text))) ||
      !is_same(kept->state, back.state))
    return unknown_state();
  std::int64_t at = 0;
  std::from_chars(kept->at.data(), kept->at.data() + kept->at.size(), at);
  const auto began_at = timestamp(milliseconds(at));
  if (now >= began_at + begun_lifetime)
    return unknown_state();
  if (!back.issuer.empty() && back.issuer != provider_.settings().issuer)
    return failure(error_code::unauthenticated,
                   notice{"oidc_refused", {{"fault", "the answer is of another issuer"}}});
  if (!back.fault.empty() || back.code.empty())
    return failure(error_code::unauthenticated,
                   notice{"oidc_refused", {{"fault", back.fault.empty() ? "no code" : back.fault}}});
  return provider_.redeem(back.code, std::string(kept->verifier), std::string(kept->nonce), now);
}

result<std::string> sign_ins::open(const oidc_person& person, std::string_view before, timestamp now) {
  const auto secret = random_text();
  const auto csrf = random_text();
  if (!secret || !csrf)
    return std::unexpected((!secret ? secret : csrf).error());
  const auto& settings = provider_.settings();
  token_info who{.id = person.id,
                 .name = person.name,
                 .role = person.role,
                 .created_at = now,
                 .expires_at = now + settings.session};
  const std::lock_guard guard(mutex_);
  if (const auto old = sessions_.find(sha256(before)); old != sessions_.end())
    end(old, "replaced");
  if (sessions_.size() >= sessions_max)
    end(std::ranges::min_element(sessions_, {}, [](const auto& one) { return one.second.last_at; }), "idle");
  sessions_.emplace(sha256(*secret), session{{std::move(who), *csrf}, now, now});
  return set_cookie(session_cookie(), *secret, settings.session);
}

std::optional<signed_in_person> sign_ins::find(std::string_view cookie, timestamp now, bool is_request) {
  const auto hash = sha256(cookie);
  const std::lock_guard guard(mutex_);
  const auto known = sessions_.find(hash);
  if (known == sessions_.end() || !why_over(known->second, now).empty())
    return std::nullopt;
  if (is_request)
    known->second.last_at = now;
  return known->second.person;
}

void sign_ins::close(std::string_view cookie) {
  const std::lock_guard guard(mutex_);
  if (const auto known = sessions_.find(sha256(cookie)); known != sessions_.end())
    end(known, "asked");
}

std::vector<sign_ins::ended> sign_ins::sweep(timestamp now) {
  const std::lock_guard guard(mutex_);
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    const auto one = at++;
    if (const auto why = why_over(one->second, now); !why.empty())
      end(one, why);
  }
  return std::exchange(ended_, {});
}

std::string sign_ins::why_over(const session& one, timestamp now) const {
  if (one.person.who.has_expired(now))
    return "expired";
  return now >= one.last_at + provider_.settings().idle ? "idle" : "";
}

void sign_ins::end(std::map<sha256_hash, session>::iterator which, std::string_view why) {
  const auto& who = which->second.person.who;
  ended_.push_back({{who.name, who.id}, std::string(why)});
  sessions_.erase(which);
}

std::string sign_ins::set_cookie(std::string_view name, std::string_view value, milliseconds lifetime) const {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", name, value,
                     std::chrono::duration_cast<std::chrono::seconds>(lifetime).count(),
                     is_secure_ ? "; Secure" : "");
}

std::string sign_ins::cleared(std::string_view cookie) const {
  return set_cookie(cookie, "", milliseconds(0));
}

bool sign_ins::is_from_page(std::string_view origin, std::string_view fetch_site) const {
  return (origin.empty() || origin == origin_) && (fetch_site.empty() || fetch_site == "same-origin");
}

std::string cookie_in(std::string_view header, std::string_view name) {
  std::string found;
  auto times = 0;
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    auto one = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    const auto sign = one.find('=');
    if (sign != std::string_view::npos && one.substr(0, sign) == name) {
      found = one.substr(sign + 1);
      ++times;
    }
  }
  return times == 1 ? found : std::string{};
}

} // namespace sluice
