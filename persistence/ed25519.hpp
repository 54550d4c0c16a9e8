#pragma once
// Ed25519 signatures (RFC 8032), for statements about the logs that are kept elsewhere. The private key is a
// file of its own: PEM, PKCS #8 (RFC 5958, RFC 8410), readable by its owner alone (mode 0600), as
// `openssl genpkey -algorithm ed25519` makes it.

#include "messages/error.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace sluice {

using ed25519_public_key = std::array<std::uint8_t, 32>;
using ed25519_signature = std::array<std::uint8_t, 64>;

/// A private key, in memory.
class ed25519_key {
public:
  /// The key in `file`; where there is no such file a new one is made and written there. `invalid_input` for a
  /// file that holds no such key, `storage_failed` where it cannot be read or written.
  static result<ed25519_key> load_or_make(const std::filesystem::path& file);
  ~ed25519_key();
  ed25519_key(ed25519_key&& other) noexcept;
  ed25519_key& operator=(ed25519_key&& other) noexcept;

  ed25519_public_key public_key() const;
  ed25519_signature sign(std::string_view bytes) const;

private:
  explicit ed25519_key(void* handle) : handle_(handle) {}
  void* handle_; ///< OpenSSL's EVP_PKEY
};

/// Whether the signature over these bytes was made with the private key that belongs to `signer`.
bool is_signed_by(const ed25519_public_key& signer,
                  std::string_view bytes,
                  const ed25519_signature& signature);

} // namespace sluice
