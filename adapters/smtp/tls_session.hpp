#pragma once
// TLS as a filter between bytes (OpenSSL, memory only): ciphertext in, plaintext out and the other way
// round; the caller moves the ciphertext. So the connection knows to the byte what has left and what has not.

#include "messages/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;
struct bio_st;

namespace sluice {

/// Which certificates are trusted; shared by all connections. TLS 1.2 at least.
class tls_trust {
public:
  /// `invalid_input` when `ca_file` cannot be read. An empty `ca_file` trusts what the system trusts.
  static result<std::shared_ptr<tls_trust>> make(const std::string& ca_file, bool verifies);

  ssl_ctx_st* context() const { return context_.get(); }
  bool verifies() const { return verifies_; }

private:
  struct closer {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, closer> context_;
  bool verifies_ = true;
};

/// What ties a login to its TLS connection, so that nobody in the middle can pass it on: tls-exporter (RFC 9266) under TLS
/// 1.3, tls-unique (RFC 5929) under 1.2, where the extended master secret (RFC 7627) makes it safe.
struct channel_binding {
  enum class kind : std::uint8_t { none, tls_unique, tls_exporter };
  kind type = kind::none;
  std::string data; ///< bytes
};

/// A client's side of one TLS connection.
class tls_session {
public:
  /// `host` is the name or address that the certificate must be for, where it is verified: where `trust` does and
  /// `verifies` asks for it.
  tls_session(const tls_trust& trust, const std::string& host, bool verifies);

  enum class progress : std::uint8_t { more, done, failed };
  /// Goes on with the handshake; `more`: needs more from `feed`. Always send what take_output gives.
  progress shake_hands();

  /// Ciphertext from the server.
  void feed(std::string_view ciphertext);
  /// Appends what could be decrypted. `done`: the server closed the session; `failed`: see fault.
  progress read(std::string& plaintext);
  /// Encrypts; false: see fault.
  bool write(std::string_view plaintext);
  /// Appends the ciphertext that is to be sent.
  void take_output(std::string& ciphertext);

  /// After the handshake.
  channel_binding binding() const;

  /// Why it failed, in words.
  const std::string& fault() const { return fault_; }
  /// It failed because the certificate is not trusted; `fault` says why.
  bool is_untrusted() const { return is_untrusted_; }

private:
  struct closer {
    void operator()(ssl_st* session) const;
  };
  progress fail();

  std::unique_ptr<ssl_st, closer> session_;
  bio_st* in_ = nullptr;  ///< owned by session_
  bio_st* out_ = nullptr; ///< likewise
  std::string fault_;
  bool is_untrusted_ = false;
};

} // namespace sluice
