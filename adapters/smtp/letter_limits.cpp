#include "adapters/smtp/letter_limits.hpp"

#include <algorithm>
#include <string>

namespace sluice {

namespace {

bool is_beyond_ascii(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// Addresses are checked long before; this is the last fence, behind which a line break is a command.
bool is_safe(std::string_view address) {
  return std::ranges::none_of(address, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F || c == '<' || c == '>';
  });
}

reply_ptr refuse(const char* enhanced, std::string text) {
  return std::make_shared<const reply>(reply{0, enhanced, std::move(text)});
}

} // namespace

bool needs_smtputf8(const letter_slot& slot) {
  return slot.one->needs_smtputf8 || is_beyond_ascii(slot.from->envelope_sender) ||
         is_beyond_ascii(slot.recipient());
}

reply_ptr local_refusal(const letter_slot& slot, const smtp_capabilities& offers) {
  if (slot.recipient().empty() || !is_safe(slot.recipient()))
    return refuse("5.1.3", "the recipient's address cannot be written in SMTP");
  if (!is_safe(slot.from->envelope_sender))
    return refuse("5.1.7", "the sender's address cannot be written in SMTP");
  if (offers.size_max != 0 && slot.one->message_bytes() > offers.size_max)
    return refuse("5.3.4", "the message is larger than the " + std::to_string(offers.size_max) +
                               " bytes that the server takes (SIZE)");
  if (slot.one->has_8bit && !offers.eight_bit)
    return refuse("5.6.3", "the message has 8-bit text and the server does not offer 8BITMIME");
  if (!offers.smtputf8 && needs_smtputf8(slot))
    return refuse("5.6.7", "an address is international and the server does not offer SMTPUTF8");
  return nullptr;
}

} // namespace sluice
