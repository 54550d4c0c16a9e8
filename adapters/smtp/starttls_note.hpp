#pragma once
// That a server has spoken TLS after STARTTLS, kept over restarts beside what was found of its pace, as a field of the
// same JSON object (adapters/delivery/pace_notes.hpp):
//
//   starttls     true
//
// Where TLS is only used if it is offered, whoever stands between could leave the offer out (RFC 3207 section 6): a
// server that has once had it is held to it.

#include <string>
#include <string_view>

namespace sluice {

/// The notes with that field; `pace_notes` as encode_pace_notes makes them, which may be empty.
std::string with_starttls(std::string_view pace_notes);

/// Whether they have it. False for what is no JSON object.
bool has_starttls(std::string_view notes);

} // namespace sluice
