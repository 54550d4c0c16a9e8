#pragma once
// How the answer to an idempotency key is stored, under the key as it was given:
//
//   8 bytes   when it was given: milliseconds since 1970, big-endian
//   the rest  a CBOR map {"what": text, "campaign": number, "answer": as messages/json.hpp writes it}
//
// A key older than key_kept_for is forgotten when the keys are next compacted. "Now" is the newest time
// that any key was given: the store asks no clock, and keys only pile up where new ones come in.

#include "persistence/journal.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

std::string encode_key_record(const key_record& record);
/// Any bytes may come in; what is no key record is `corrupt`.
result<key_record> decode_key_record(std::string_view key, std::string_view value);
/// When the key was given, without a look at the rest; nothing where the bytes are no key record.
std::optional<timestamp> key_record_time(std::string_view value);

} // namespace sluice
