#pragma once
// What went wrong, as a value: a stable code for its kind, a notice that says what exactly and with which numbers,
// and its English words for people: what was being done, what is the matter and what to do about it.

#include "messages/notice.hpp"

#include <cstdint>
#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sluice {

/// The stable codes. Their names (see `name_of`) are part of the HTTP contract; numbers travel between
/// nodes, so none is ever reused.
enum class error_code : std::uint8_t {
  invalid_input = 1,      ///< what was given does not say what is needed; nothing was changed
  not_found = 2,          ///< there is no such campaign, audience, letter …
  not_allowed_now = 3,    ///< the campaign's status forbids it; the message names what it allows
  not_permitted = 4,      ///< the token's role does not allow it
  unauthenticated = 5,    ///< no token, or not a valid one
  conflict = 6,           ///< another writer was there first; read again
  storage_failed = 7,     ///< the disk did not take or give it; nothing was half-written
  corrupt = 8,            ///< what is stored is not what was written
  unavailable = 9,        ///< not running, shutting down or parked; try again later
  too_large = 10,         ///< over a stated limit
  template_failed = 11,   ///< a template cannot be parsed or rendered
  internal = 12,          ///< a fault of ours
  audience_left_out = 13, ///< too much of the audience was left out at its import, and nobody accepted that
};

/// The code as text: "invalid_input", "not_found" …
std::string_view name_of(error_code code);

/// An expected failure. `message` is one or two sentences in plain words: the notice's, where there is one.
struct error {
  error_code code = error_code::internal;
  std::string message;
  sluice::notice notice = {};
  bool operator==(const error&) const = default;
};

/// An error whose message is the notice's words.
error make_error(error_code code, notice why);

/// What went wrong as a notice, also where only words are known.
notice notice_of(const error& why);

/// An error on its way out of an actor, which dies of it: neither its code nor its notice is lost.
struct engine_fault : std::runtime_error {
  explicit engine_fault(error what) : std::runtime_error(what.message), why(std::move(what)) {}
  error why;
};

/// A value, or why there is none.
template <class T>
using result = std::expected<T, error>;

/// Shorthand: `return failure(error_code::not_found, notice{"campaign_unknown", {{"campaign", "c9"}}});`
inline std::unexpected<error> failure(error_code code, notice why) {
  return std::unexpected(make_error(code, std::move(why)));
}

/// For what no notice has a code for: the words of a system or a library, and what is only seen at the start.
inline std::unexpected<error> failure(error_code code, std::string message) {
  return std::unexpected(error{code, std::move(message)});
}

} // namespace sluice
