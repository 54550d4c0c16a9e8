#pragma once
// Names of tokens, as logs show them for ever: one name is one look, so that nobody passes for another.

#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace sluice {

inline constexpr std::size_t token_name_bytes_max = 100;

/// The name in Unicode's form NFKC (UAX 15), which is the one that is kept and compared. `invalid_input` for one that is
/// empty, longer than token_name_bytes_max, not UTF-8, begins or ends with a blank, or has characters that nobody sees or that
/// turn the direction of others: of the categories Cc, Cf, Cs, Co, Cn, Zl and Zp, default ignorable ones, and U+2800.
result<std::string> normalised_token_name(std::string_view name);

} // namespace sluice
