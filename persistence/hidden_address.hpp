#pragma once
// Addresses as they stand where they must not be read: in the house's log, and in place of one that was erased. Whoever has the
// store's key can tell whether a given address is meant, and nobody can turn it back.

#include "messages/hmac.hpp"

#include <string>
#include <string_view>

namespace sluice {

inline constexpr std::size_t hidden_address_bytes = 16;

class address_hider {
public:
  /// `secret`: the store's, see store::secret.
  explicit address_hider(std::string_view secret);
  /// The first hidden_address_bytes of HMAC-SHA-256 (RFC 2104), with `key`, over a folded address or other target of a
  /// suppression.
  std::string operator()(std::string_view folded_target) const;
  /// 32 bytes, HMAC-SHA-256 of "sluice hidden addresses 1" with the store's secret: for an auditor who checks an export.
  const std::string& key() const { return key_; }
  /// What the log's first event says of the key.
  std::string key_hash() const;

private:
  std::string key_;
  hmac_sha256 hash_;
};

/// What stands in an index or list in place of an address that was erased: "<", the hidden address in hexadecimal, ">". No
/// address begins so.
std::string erased_target(std::string_view hidden);
bool is_erased_target(std::string_view target);
/// The hidden address of one.
std::string hidden_in(std::string_view target);

} // namespace sluice
