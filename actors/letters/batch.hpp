#pragma once
// Letters ready to leave: rendered, complete, all in one block of memory. A batch is shared, read-only,
// between the sender and the relay's connections.

#include "messages/id.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// One letter's place in its batch's text.
struct letter {
  letter_index index = 0;
  std::uint32_t recipient_at = 0;
  std::uint32_t recipient_bytes = 0;
  std::uint32_t message_at = 0;
  std::uint32_t message_bytes = 0;
  bool has_8bit = false;       ///< the message needs 8BITMIME
  bool needs_smtputf8 = false; ///< an address needs SMTPUTF8
};

/// Letters of one campaign, lowest index first. Messages are RFC 5322 with CRLF line ends, not dot-stuffed.
struct batch {
  campaign_id campaign;
  std::string envelope_sender; ///< RFC 5321 reverse-path, without the angle brackets
  std::string text;
  std::vector<letter> letters;

  std::string_view recipient_of(const letter& one) const {
    return std::string_view{text}.substr(one.recipient_at, one.recipient_bytes);
  }
  std::string_view message_of(const letter& one) const {
    return std::string_view{text}.substr(one.message_at, one.message_bytes);
  }
};

using batch_ptr = std::shared_ptr<const batch>;

} // namespace sluice
