#pragma once
// The encodings that lists come in: their names, and which of them a text is in where nobody says.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// The name by which an encoding is shown ("windows-1251"), for any of its names in any case ("CP1251", "win-1251").
/// Nothing where it is none that is read.
std::optional<std::string_view> encoding_named(std::string_view name);

/// All of them, for an error: "utf-8, utf-16le, windows-1251 …".
std::string encoding_names();

/// What iconv calls it; `encoding` as encoding_named gives it.
const char* iconv_name_of(std::string_view encoding);

/// Bytes of one character at least: 2 for UTF-16, 4 for UTF-32, else 1.
std::size_t unit_bytes_of(std::string_view encoding);

/// A byte order mark at the text's beginning: the encoding, and its bytes. Nothing where there is none.
struct byte_order_mark {
  std::string_view encoding;
  std::size_t bytes = 0;
};
std::optional<byte_order_mark> byte_order_mark_of(std::string_view head);

/// UTF-16 without a mark: every second byte is one of the lowest, as in any text of Latin, Greek or Cyrillic. Empty where
/// it is none. Wants a few hundred bytes to be sure.
std::string_view utf16_without_mark(std::string_view head);

/// The encoding of a text that has bytes beyond ASCII and is neither UTF-16 nor UTF-32. `is_whole`: it does not end within a
/// character because it was cut. A text with as many good UTF-8 characters as wrong bytes, or more, is UTF-8: its wrong
/// rows are few. Otherwise each encoding is judged by the letters that the bytes stand for (how usual each is, whether
/// capitals stand at beginnings, whether scripts mix within a word), and libuchardet is asked where two are near each
/// other, or none is likely. UTF-8 where the bytes are nothing known: then the rows with them are left out.
std::string_view detect_encoding(std::string_view text, bool is_whole);

} // namespace sluice
