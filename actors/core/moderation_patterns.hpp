#pragma once
// The moderators' words and patterns, looked for in a campaign's texts by RE2: in time linear in the text, in at
// most 8 MiB (RE2's own bound for a pattern), whatever pattern and text are.
//
// A pattern is what RE2 takes (https://github.com/google/re2/wiki/Syntax), so no back-reference and no look-around.
// Beyond that, `\w`, `\s`, their opposites, [:alpha:], [:alnum:] and [:space:] know every script, and `\u0430` is a
// character. `\b` and `\B` know ASCII's letters alone: a pattern with one of these and a character beyond ASCII is
// refused, because it would never match.

#include "messages/error.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sluice {

/// `invalid_input` when it is no pattern, with what is wrong about it.
result<void> check_pattern_syntax(const std::string& pattern);

/// What matches in the first of the texts where anything does, in UTF-8; empty: nothing. Without regard to
/// case, in any script; within a line. `invalid_input` for a pattern that cannot be used.
result<std::string> find_pattern(const std::string& pattern, std::span<const std::string_view> texts);

} // namespace sluice
