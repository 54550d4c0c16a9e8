#pragma once
// Sign-in of people through a provider of OpenID Connect.

#include "messages/time.hpp"
#include "persistence/tokens.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

struct oidc_settings {
  std::string issuer;             ///< its URL; empty: nobody signs in so
  std::string client_id;          ///< as the provider knows this engine
  std::string client_secret_file; ///< whose first line is the secret; empty: a public client, which has none
  std::string redirect_url;       ///< "https://sluice.example/sign-in/callback", as it is registered there
  std::string scopes = "openid profile email";
  std::string roles_claim = "roles"; ///< which claim says what somebody is; dots lead into objects
  /// "value=role": the first whose value the claim has is what they are.
  std::vector<std::string> roles;
  milliseconds session = std::chrono::hours(8); ///< they sign in again after it, whatever they do
  milliseconds idle = std::chrono::hours(1);    ///< and after so long without a request

  bool is_on() const { return !issuer.empty(); }
};

/// What is missing or contradicts itself; `invalid_input`.
result<void> check(const oidc_settings& settings);

} // namespace sluice
