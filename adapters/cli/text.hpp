#pragma once
// Text for a terminal: names come from outside, so control characters, escape sequences, bytes that are no
// UTF-8 and marks that turn the writing direction are shown escaped; widths count columns, not bytes, and
// no character is ever cut in two.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::cli {

/// Safe to print: `\n`, `\x1b`, `\u202e` in place of what would act on the terminal. One line.
std::string shown(std::string_view text);

/// JSON text with those of these characters that JSON lets stand as they are (DEL, C1, directions) escaped as it does.
std::string shown_json(std::string_view text);

/// How many columns it takes; `text` as `shown` returns it.
std::size_t display_width(std::string_view text);

/// At most `width` columns, the last of them "…" where something was left out.
std::string cut(std::string_view text, std::size_t width);

enum class align : unsigned char { left, right };

/// Exactly `width` columns where the text is not wider than that already.
std::string padded(std::string_view text, std::size_t width, align where = align::left);

/// "3 letters", "1 letter"
std::string counted(std::uint64_t count, std::string_view one, std::string_view many);

} // namespace sluice::cli
