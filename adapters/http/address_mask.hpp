#pragma once
// What a watcher gets to see of an answer: everything but addresses. It goes by what stands in a text, not by which field it is
// in: a reply's words, a campaign's sender and an event of a log may name an address as well as the field that is called so.

#include "adapters/http/message.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace sluice {

/// Whether a token of this role is shown addresses.
constexpr bool sees_addresses(role who) {
  return who != role::watcher;
}

/// The text with each address in it masked: "a…@example.com". Takes `%40` for an at sign too, as links have it. Where it cannot be
/// told where an address begins, more is masked rather than less. Masked once more it stays as it is.
std::string mask_addresses(std::string_view text);

/// Every text of it, names of fields too. Fields that may hold an address in a form that nobody can read off are null: `cell` (what an
/// import left out), `source` (a letter as it leaves).
void mask_addresses(nlohmann::json& value);

/// The answer as a watcher gets it. One that is not JSON is refused: what is in it cannot be told.
http_response masked(http_response whole, const token_info& who);

} // namespace sluice
