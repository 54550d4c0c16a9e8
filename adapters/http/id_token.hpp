#pragma once
// An ID token (OpenID Connect Core 1.0, section 3.1.3.7; JWT, RFC 7519; JWS, RFC 7515) held against the provider's keys (JWK,
// RFC 7517). Pure: no I/O, no clock.

#include "messages/error.hpp"
#include "messages/time.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace sluice {

/// What it has to say.
struct id_token_terms {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  timestamp now;
};

/// So far the provider's clock may be from ours.
inline constexpr milliseconds id_token_skew = std::chrono::minutes(1);

/// Whether the key that it names is among them: else they may have changed, and are to be asked for again.
bool has_key_for(std::string_view id_token, const nlohmann::json& keys);

/// Its claims, once everything about it holds: signed by one of `keys` with RS256 or ES256 and no other way, from this issuer, for
/// this client, not expired, of this nonce. Any bytes may come in; what is wrong is `unauthenticated` with the notice
/// oidc_id_token_wrong.
result<nlohmann::json>
verified_claims(std::string_view id_token, const nlohmann::json& keys, const id_token_terms& terms);

} // namespace sluice
