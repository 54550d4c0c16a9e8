#pragma once
// The moderators' words and patterns, looked for in a campaign's texts.

#include "messages/error.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sluice {

/// Of each text, so much is looked at.
inline constexpr std::size_t pattern_text_bytes_max = std::size_t{64} * 1024;
/// A match longer than this may be missed, since text is looked at in overlapping pieces.
inline constexpr std::size_t pattern_match_characters_max = 100;

/// `invalid_input` when it is no ECMAScript regular expression, or one with back-references.
result<void> check_pattern_syntax(const std::string& pattern);

/// What matches in the first of the texts where anything does, in UTF-8; empty: nothing. Without regard to
/// case, in any script. `invalid_input` for a pattern that cannot be used.
result<std::string> find_pattern(const std::string& pattern, std::span<const std::string_view> texts);

} // namespace sluice
