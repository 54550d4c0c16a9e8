#pragma once
// What can be known about a letter before a server is asked.

#include "adapters/delivery/letter_slot.hpp"
#include "adapters/smtp/smtp_capabilities.hpp"

namespace sluice {

/// True when an address of the letter needs SMTPUTF8 (RFC 6531).
bool needs_smtputf8(const letter_slot& slot);

/// Why this server cannot take the letter; null when it may. The reply has no code, since no server gave it.
reply_ptr local_refusal(const letter_slot& slot, const smtp_capabilities& offers);

} // namespace sluice
