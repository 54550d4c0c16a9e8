#include "adapters/smtp/letter_limits.hpp"

#include <algorithm>

namespace sluice {

namespace {

bool is_beyond_ascii(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// Addresses are checked long before; this is the last fence, behind which a line break is a command.
bool is_safe(std::string_view address) {
  const auto is_quoted =
      address.starts_with('"'); // a local part that may have spaces (RFC 5321 section 4.1.2)
  return std::ranges::none_of(address, [=](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || (byte == 0x20 && !is_quoted) || byte == 0x7F || c == '<' || c == '>';
  });
}

reply_ptr refuse(const char* enhanced, notice why) {
  return std::make_shared<const reply>(reply_of(std::move(why), enhanced));
}

} // namespace

bool needs_smtputf8(const letter_slot& slot) {
  return slot.one->needs_smtputf8 || is_beyond_ascii(slot.sender()) || is_beyond_ascii(slot.recipient());
}

reply_ptr local_refusal(const letter_slot& slot, const smtp_capabilities& offers) {
  if (slot.recipient().empty() || !is_safe(slot.recipient()))
    return refuse("5.1.3", notice{"recipient_not_smtp"});
  if (!is_safe(slot.sender()))
    return refuse("5.1.7", notice{"sender_not_smtp"});
  if (offers.size_max != 0 && slot.one->message_bytes() > offers.size_max)
    return refuse("5.3.4", notice{"message_over_size", {{"max", offers.size_max}}});
  if (slot.one->has_8bit && !offers.eight_bit)
    return refuse("5.6.3", notice{"message_8bit"});
  if (!offers.smtputf8 && needs_smtputf8(slot))
    return refuse("5.6.7", notice{"address_international"});
  return nullptr;
}

} // namespace sluice
