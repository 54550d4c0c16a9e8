#pragma once
// What is asked of a provider of OpenID Connect, by its discovery document (OpenID Connect Discovery 1.0): where people sign in, and
// who it was that did (authorization code with PKCE, RFC 7636). Its documents are kept for an hour, its keys until a token names
// another one.

#include "adapters/http/oidc_settings.hpp"
#include "messages/error.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace sluice {

/// A request from the engine to the provider.
struct back_request {
  std::string url;
  std::string form = {}; ///< posted, where there is one
  std::string user = {}; ///< with `password`: HTTP's basic authentication
  std::string password = {};
  std::string bearer = {};
};

/// The body of a 200; everything else is an error. Waits.
using back_channel = std::function<result<std::string>(const back_request&)>;

/// libcurl: HTTPS with certificates checked, plain HTTP to this machine only; no redirects, ten seconds, a megabyte.
back_channel curl_back_channel();

/// Somebody who signed in.
struct oidc_person {
  std::string id;   ///< "oidc:" and 16 hexadecimal digits of the hash of issuer and subject
  std::string name; ///< preferred_username, else email, else the subject
  sluice::role role = role::watcher;
};

class oidc_provider {
public:
  oidc_provider(oidc_settings settings, back_channel ask) :
      settings_(std::move(settings)), ask_(std::move(ask)) {}

  /// Where the browser is sent. `unavailable` where the provider cannot be asked. Waits.
  result<std::string> authorization_url(const std::string& state,
                                        const std::string& nonce,
                                        const std::string& challenge,
                                        timestamp now);
  /// Whom a code is of. `unauthenticated` where it or what it gives is not accepted, `not_permitted` where their claims
  /// stand for no role. Waits.
  result<oidc_person>
  redeem(const std::string& code, const std::string& verifier, const std::string& nonce, timestamp now);

  const oidc_settings& settings() const { return settings_; }

private:
  result<nlohmann::json> ask_json(const back_request& request);
  result<nlohmann::json> discovered(timestamp now);
  result<nlohmann::json> keys_for(const nlohmann::json& document, std::string_view id_token, timestamp now);
  result<nlohmann::json>
  tokens_for(const nlohmann::json& document, const std::string& code, const std::string& verifier);
  result<void>
  add_user_info(const nlohmann::json& document, const nlohmann::json& tokens, nlohmann::json& claims);
  result<oidc_person> person_of(const nlohmann::json& claims) const;

  const oidc_settings settings_;
  const back_channel ask_;
  std::mutex mutex_; ///< guards what follows
  std::optional<nlohmann::json> document_;
  timestamp document_at_;
  std::optional<nlohmann::json> keys_;
  timestamp keys_at_;
};

/// The first of the settings' roles whose value the claim has; a claim is a text, or a list of them.
std::optional<role> role_in(const oidc_settings& settings, const nlohmann::json& claims);

/// RFC 3986 section 2.3: all but the unreserved characters as %XX.
std::string percent_encoded(std::string_view text);

} // namespace sluice
