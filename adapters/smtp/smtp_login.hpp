#pragma once
// Proving to a server who we are (RFC 4954): which SASL mechanisms are tried, in which order, and what each says.
// Challenges in, responses out, no I/O. SCRAM, CRAM-MD5, PLAIN and LOGIN are GNU SASL's; the two that carry an OAuth 2.0
// token, OAUTHBEARER (RFC 7628) and XOAUTH2 (Google's, Microsoft's), are short enough to be here.

#include "adapters/smtp/tls_session.hpp"
#include "messages/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Who logs in, and over what.
struct login_identity {
  std::string user;
  std::string password;
  std::string token; ///< an OAuth 2.0 access token; empty: none
  std::string host;  ///< of the server, as its URL has it
  std::uint16_t port = 0;
  channel_binding binding;
};

struct login_choice {
  bool has_password = true;
  bool has_token = false;
  bool is_tls = false;
  bool has_binding = false;
};

/// Which of the mechanisms that a server offers are tried, the best first. A token goes before a password. SCRAM never
/// shows the password; PLAIN and LOGIN show it to the server; CRAM-MD5 keeps it from the wire and is weak, so it comes
/// last under TLS, and before PLAIN without.
std::vector<std::string> login_mechanisms(std::span<const std::string> offered, const login_choice& choice);

/// What is tried next when the server refuses the user and password by mechanisms[at], as an index; nothing: it is refused.
/// Many a server offers mechanisms for which its store of passwords, having hashes only, is of no use; after one of these
/// the password is shown once, as to a server that offers nothing else. Not after a -PLUS, whose refusal may mean that
/// somebody is in the middle.
std::optional<std::size_t> next_after_refusal(std::span<const std::string> mechanisms, std::size_t at);

/// One conversation by one mechanism.
class login_exchange {
public:
  virtual ~login_exchange() = default;
  /// Whether it has something to say before it is asked (RFC 4954's initial response).
  virtual bool speaks_first() const = 0;
  /// Whether a response may take a processor for seconds.
  virtual bool is_slow() const = 0;
  /// The response to a challenge, both as bytes; the first of one that speaks first is to an empty one. The error is why
  /// the conversation cannot go on: what the server said is no answer to what we did.
  virtual result<std::string> respond(std::string_view challenge) = 0;
  /// Whether the server has shown all that it must before its success is believed: under SCRAM that it knows the
  /// password.
  virtual bool is_proven() const = 0;
  /// What the server told as a challenge about its refusal (RFC 7628 section 3.2.2: JSON); empty where it told nothing.
  virtual const std::string& refusal() const = 0;
};

/// `mechanism` is one of login_mechanisms. An error where GNU SASL cannot begin it.
result<std::unique_ptr<login_exchange>> begin_login(const std::string& mechanism, const login_identity& who);

/// Base64 as RFC 4648 section 4 has it, to bytes; an error for anything else.
result<std::string> from_login_base64(std::string_view text);

} // namespace sluice
