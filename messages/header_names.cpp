#include "messages/header_names.hpp"

#include "messages/address.hpp"

#include <algorithm>
#include <array>

namespace sluice {

bool is_own_header(std::string_view name) {
  static constexpr auto own = std::to_array<std::string_view>(
      {"bcc", "cc", "date", "delivered-to", "dkim-signature", "from", "list-unsubscribe",
       "list-unsubscribe-post", "message-id", "mime-version", "received", "reply-to", "return-path", "sender",
       "subject", "to"});
  static_assert(std::ranges::is_sorted(own));
  const auto lower = folded(name);
  return std::ranges::binary_search(own, lower) || lower.starts_with("content-") ||
         lower.starts_with("resent-") || lower.starts_with("arc-");
}

} // namespace sluice
