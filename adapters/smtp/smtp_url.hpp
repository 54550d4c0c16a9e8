#pragma once
// smtp://[user:password@]host[:port][?tls=…][&auth=…][&pipelining=…][&chunking=…][&dsn=…] and smtps://…,
// taken apart. User and password are percent-encoded (RFC 3986).

#include "messages/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class tls_use : std::uint8_t {
  never,    ///< ?tls=never
  offered,  ///< STARTTLS where the server offers it, whatever its certificate
  required, ///< ?tls=require: STARTTLS with a certificate that is trusted, or nothing
  implicit, ///< smtps: TLS from the first byte
};

/// How much is sent ahead of replies where the server offers PIPELINING (RFC 2920); in order, each more than the one
/// before it.
enum class pipelining_use : std::uint8_t {
  off,      ///< ?pipelining=off: each command waits for its reply
  commands, ///< MAIL, RCPT and DATA of a letter go together, and nothing behind an end of data before its reply
  full,     ///< ?pipelining=full: the next letter's commands travel behind an end of data too
};
std::string_view name_of(pipelining_use use); ///< "off", "commands", "full"

struct smtp_url {
  std::string host; ///< name or address, without the brackets of an IPv6 address
  std::uint16_t port = 25;
  std::string user; ///< empty: no AUTH
  std::string password;
  tls_use tls = tls_use::offered;
  bool may_auth_in_clear = false; ///< ?auth=insecure: AUTH without TLS to other machines too
  /// Servers that offer PIPELINING are known to drop what comes behind an end of data (Haraka), or to die of it
  /// with the letter already handed on (Dovecot's submission).
  pipelining_use pipelining = pipelining_use::commands;
  /// ?chunking=on: BDAT (RFC 3030) where the server offers it too. A connection that breaks before the reply to MAIL
  /// leaves the letter in doubt then, so it is not the default.
  bool may_chunk = false;
  /// ?dsn=never or some of failure, delay and success with commas: of what each recipient's server is asked to tell the
  /// sender (RFC 3461 section 4.1), where the server offers DSN. Empty: nothing is asked, and the servers decide.
  std::string notify;
};

/// Whether the password may be sent: under TLS, to this machine, or where the URL says so.
inline bool may_send_password(const smtp_url& url, bool is_tls, bool is_loopback) {
  return is_tls || is_loopback || url.may_auth_in_clear;
}

/// Whether a certificate that is not trusted ends the session. Opportunistic TLS (RFC 7435) encrypts in any case: a
/// server without any TLS would be taken too. But a password that may not be sent in clear must not go to whoever
/// stands between.
inline bool must_verify_certificate(const smtp_url& url, bool is_loopback) {
  const auto sends_secret = !url.user.empty() && !may_send_password(url, false, is_loopback);
  return url.tls != tls_use::offered || sends_secret;
}

/// `invalid_input` with what is wrong; never with the password in it.
result<smtp_url> parse_smtp_url(std::string_view text);

} // namespace sluice
