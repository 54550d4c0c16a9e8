#pragma once
// Who is signed in through the provider, and who is about to be.
//
// What a sign-in needs to be ended where it was begun (state, nonce, PKCE's verifier) lies in a cookie of that browser, signed, for
// ten minutes: nobody fills a table here by beginning, and nobody ends in another's browser what they began in theirs. A session is
// 32 random bytes in a cookie, kept here as their hash, in memory: a restart ends all of them.

#include "adapters/http/oidc_provider.hpp"
#include "messages/hmac.hpp"
#include "messages/sha256.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Who asks by the cookie of a session.
struct signed_in_person {
  token_info who;
  std::string csrf; ///< what requests that change something must carry
};

class sign_ins {
public:
  static constexpr std::size_t sessions_max = 1000;
  static constexpr milliseconds begun_lifetime = std::chrono::minutes(10);

  /// `unavailable` without random numbers.
  static result<std::unique_ptr<sign_ins>> make(oidc_settings settings, back_channel ask);

  struct begun {
    std::string url;    ///< where the browser goes
    std::string cookie; ///< Set-Cookie
  };
  /// Waits.
  result<begun> begin(timestamp now);

  struct answered {
    std::string code;
    std::string state;
    std::string issuer; ///< RFC 9207; may be empty
    std::string fault;  ///< the provider's, in place of a code
  };
  /// Who it is whom the provider has sent back, `cookie` being that of `begin`. Waits.
  result<oidc_person> finish(const answered& back, std::string_view cookie, timestamp now);

  /// An end of a session that nobody was told of yet.
  struct ended {
    principal who;
    std::string why; ///< "asked", "idle", "expired", "replaced"
  };
  /// A session, as Set-Cookie, from now on; the one of `before` ends.
  result<std::string> open(const oidc_person& person, std::string_view before, timestamp now);
  /// Who asks; a request keeps it from being idle, unless it only looks on.
  std::optional<signed_in_person> find(std::string_view cookie, timestamp now, bool is_request);
  /// The session of this cookie ends, if there is one.
  void close(std::string_view cookie);
  /// Ends what has been idle or there for too long; everything that has ended since the last time.
  std::vector<ended> sweep(timestamp now);

  std::string_view session_cookie() const { return is_secure_ ? "__Host-sluice" : "sluice"; }
  std::string_view begun_cookie() const { return is_secure_ ? "__Host-sluice-sign-in" : "sluice-sign-in"; }
  std::string cleared(std::string_view cookie) const; ///< Set-Cookie
  /// Whether a request with a session's cookie comes from the page: what browsers say of it (Origin, Sec-Fetch-Site; empty:
  /// nothing) does not speak against it.
  bool is_from_page(std::string_view origin, std::string_view fetch_site) const;

private:
  struct session {
    signed_in_person person;
    timestamp began_at;
    timestamp last_at;
  };
  sign_ins(oidc_settings settings, back_channel ask, const std::string& key);
  std::string set_cookie(std::string_view name, std::string_view value, milliseconds lifetime) const;
  std::string why_over(const session& one, timestamp now) const; ///< empty: it is not
  void end(std::map<sha256_hash, session>::iterator which, std::string_view why);

  oidc_provider provider_;
  const hmac_sha256 sign_;
  const bool is_secure_;
  const std::string origin_; ///< of the page, as browsers send it
  std::mutex mutex_;         ///< guards what follows
  std::map<sha256_hash, session> sessions_;
  std::vector<ended> ended_;
};

/// The value of a cookie in a Cookie header (RFC 6265 section 5.4); empty where it is not there, or is there twice.
std::string cookie_in(std::string_view header, std::string_view name);

} // namespace sluice
