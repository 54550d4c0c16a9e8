#pragma once
// A letter's Message-ID (RFC 5322 section 3.6.4): `<c17.3f…@shop.example>`, so that every attempt has the same one. The
// domain is the sender's. What stands before it are 16 octets in hexadecimal, by the campaign's scheme:
//
// - the first one, without a name: SHA-256 over campaign and recipient address. Another installation gives the same ones.
// - "store": HMAC-SHA-256 (RFC 2104) over the same, keyed with the store's secret: nobody else can make or guess them.

#include "messages/hmac.hpp"
#include "messages/id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// The name of the scheme that campaigns get today.
inline constexpr std::string_view message_ids_of_store = "store";

/// The Message-IDs of one campaign's letters.
class message_ids {
public:
  /// `secret` is the store's; empty: by the first scheme.
  message_ids(campaign_id campaign, std::string_view from_domain, std::string_view secret);

  /// Appends a letter's, with the brackets.
  void append(std::string& to, std::string_view recipient_address) const;

private:
  std::string hashed_before_;
  std::optional<hmac_sha256> keyed_; ///< nothing: the first scheme
  std::string begin_;
  std::string end_;
};

/// What Message-IDs of that scheme are keyed with.
inline std::string_view secret_of(std::string_view scheme, std::string_view store_secret) {
  return scheme == message_ids_of_store ? store_secret : std::string_view{};
}

/// One letter's, with the brackets.
std::string message_id(campaign_id campaign,
                       std::string_view from_domain,
                       std::string_view secret,
                       std::string_view recipient_address);

} // namespace sluice
