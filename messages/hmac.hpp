#pragma once
// HMAC-SHA-256 (RFC 2104) with one key over many texts.

#include "messages/sha256.hpp"

#include <string>
#include <string_view>

namespace sluice {

class hmac_sha256 {
public:
  /// `key`: at most 64 bytes, the hash's block. `beginning` stands before each text.
  explicit hmac_sha256(std::string_view key, std::string_view beginning = {});
  sha256_hash operator()(std::string_view text) const;

private:
  std::string inner_; ///< what each inner hash begins with
  std::string outer_;
};

} // namespace sluice
