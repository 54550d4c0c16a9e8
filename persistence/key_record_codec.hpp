#pragma once
// How the answer to an idempotency key is stored, under the key as it was given:
//
//   1 byte    2, the version
//   8 bytes   when it was given: milliseconds since 1970, big-endian
//   8 bytes   the engine's running time by then: milliseconds, big-endian
//   the rest  a CBOR map {"what": text, "campaign": number, "answer": as messages/json.hpp writes it}; of a request that
//             is no campaign's "campaign" is 0, and "response" has its answer as octets
//
// Version 1 has no byte for the version, of which the first of the time (0) takes the place, and no running time: it
// counts as given at the running time 0.

#include "persistence/journal.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// `running` is the engine's running time when the key was given.
std::string encode_key_record(const key_record& record, milliseconds running);
/// Any bytes may come in; what is no key record is `corrupt`.
result<key_record> decode_key_record(std::string_view key, std::string_view value);
/// The engine's running time when the key was given, without a look at the rest; nothing where the bytes are no key
/// record.
std::optional<milliseconds> key_record_running_time(std::string_view value);

} // namespace sluice
