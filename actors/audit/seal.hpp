#pragma once
// A seal: a small signed statement of where every campaign's log ended at some moment. Kept elsewhere, it shows
// later that a log was cut off, put back or rewritten, which the chain alone cannot.
//
// It is a JSON object:
//
//   { "format": "sluice seal 1", "at": RFC 3339 in UTC,
//     "heads": [{"campaign": "c1", "number": the last event's, "hash": its record's, 64 hex digits} …],
//     "public_key": 64 hex digits, "signature": 128 hex digits,
//     "house": {"number": …, "hash": …, "signature": 128 hex digits} }
//
// with the heads sorted by campaign, one each. The signature is Ed25519 (RFC 8032) over these bytes, every line
// ended by one line feed, the texts as they stand in the object:
//
//   sluice seal 1
//   <at>
//   <public_key>
//   <campaign> <number> <hash>        one line for each head, in their order
//
// and that of the house's log, which seals of before have not, over
//
//   sluice seal of the house 1
//   <at>
//   <public_key>
//   <number> <hash>
//   <signature>                       the one above, in hexadecimal

#include "persistence/ed25519.hpp"
#include "persistence/store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace sluice {

struct sealed_head {
  campaign_id campaign;
  event_number number = 0;
  sha256_hash hash{};
  bool operator==(const sealed_head&) const = default;
};

struct log_seal {
  timestamp at;
  std::vector<sealed_head> heads;
  ed25519_public_key public_key{};
  ed25519_signature signature{};
  std::optional<sealed_head> house; ///< where the house's log ended
  ed25519_signature house_signature{};
};

/// The name of the key file that a data folder's own seals are signed with.
inline constexpr const char* seal_key_file = "seal.key";

/// Where every log ends now, the house's too, signed.
result<log_seal> seal_logs(const store& from, const ed25519_key& key, timestamp now);

/// The same statement under another key.
log_seal signed_again(log_seal seal, const ed25519_key& key);

nlohmann::json to_json(const log_seal& seal);
/// Reads what to_json wrote; what the signature is worth is `check_seal`'s.
result<log_seal> seal_from_json(const nlohmann::json& value);

/// Whether the signature is right, and `signer`'s if one is given (in hexadecimal). `corrupt` with the words for
/// a fault, `invalid_input` when `signer` is no key.
result<void> check_seal(const log_seal& seal, std::string_view signer);

} // namespace sluice
