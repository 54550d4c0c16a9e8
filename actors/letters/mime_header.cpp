#include "actors/letters/mime_header.hpp"

#include "messages/base64.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view fold = "\r\n ";
constexpr std::size_t encoded_line_octets_max = 76; // RFC 2047 section 2
constexpr std::size_t encoded_word_octets_max = 75;
constexpr std::string_view word_end = "?=";
constexpr std::size_t word_frame_octets = 12; // =?utf-8?B? and ?=
/// The longest UTF-8 character as =XX=XX=XX=XX; a word with less room is not begun.
constexpr std::size_t character_octets_max = 12;

bool is_control(char one) {
  const auto byte = static_cast<unsigned char>(one);
  return byte < 0x20 || byte == 0x7f;
}

bool is_plain(char one) {
  const auto byte = static_cast<unsigned char>(one);
  return byte >= 0x20 && byte < 0x7f;
}

bool is_alphanumeric(char one) {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9');
}

std::string cleaned(std::string_view text) {
  std::string clean{text};
  std::ranges::replace_if(clean, is_control, ' ');
  clean.erase(clean.find_last_not_of(' ') + 1);
  clean.erase(0, clean.find_first_not_of(' '));
  return clean;
}

/// The characters that begin a line's next word: spaces, then others.
std::size_t word_length(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(' '), text.size());
  return std::min(text.find(' ', begin), text.size());
}

/// True when plain characters will do: nothing to encode, and a space wherever a line must end.
bool can_stay_plain(std::string_view text) {
  if (!std::ranges::all_of(text, is_plain) || text.find("=?") != std::string_view::npos)
    return false;
  for (auto rest = text; !rest.empty(); rest.remove_prefix(word_length(rest)))
    if (word_length(rest) > line_octets_max - line_octets_wanted)
      return false;
  return true;
}

void append_folded(std::string& to, std::size_t column, std::string_view text) {
  auto is_first = true;
  while (!text.empty()) {
    const auto length = word_length(text);
    if (!is_first && column + length > line_octets_wanted) {
      to.append("\r\n"); // the word's own space makes it a continuation
      column = 0;
    }
    to.append(text.substr(0, length));
    column += length;
    text.remove_prefix(length);
    is_first = false;
  }
}

std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < std::min<std::size_t>(text.size(), 4) &&
         (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
    ++length;
  return length;
}

std::size_t q_octets(std::string_view text) {
  std::size_t octets = 0;
  for (const auto one : text)
    octets += is_alphanumeric(one) || one == ' ' ? 1U : 3U;
  return octets;
}

void append_q(std::string& to, std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  for (const auto one : text) {
    const auto byte = static_cast<unsigned char>(one);
    if (one == ' ')
      to.push_back('_');
    else if (is_alphanumeric(one))
      to.push_back(one);
    else
      to.append({'=', digits[byte >> 4U], digits[byte & 0x0fU]});
  }
}

/// As many whole characters as a word has room for. In base64 the last that make threes, if there are any:
/// some readers, GMime among them, put the words' base64 together before they decode it, and padding in the
/// middle would end the text there.
std::string_view take_word(std::string_view text, std::size_t room, bool is_base64) {
  std::size_t length = 0;
  std::size_t in_threes = 0;
  for (std::size_t octets = 0; length < text.size();) {
    const auto next = character_length(text.substr(length));
    octets = is_base64 ? (length + next + 2) / 3 * 4 : octets + q_octets(text.substr(length, next));
    if (octets > room)
      break;
    length += next;
    if (length % 3 == 0)
      in_threes = length;
  }
  const auto is_last = length == text.size();
  return text.substr(0, is_base64 && !is_last && in_threes > 0 ? in_threes : length);
}

/// RFC 2047: each word at most 75 octets and whole characters, each line at most 76. Returns the column.
std::size_t append_encoded(std::string& to, std::size_t column, std::string_view text) {
  const auto is_base64 = (text.size() + 2) / 3 * 4 < q_octets(text);
  while (!text.empty()) {
    if (column > 1 && column + word_frame_octets + character_octets_max > encoded_line_octets_max) {
      to.append(fold);
      column = 1;
    }
    const auto room = std::min(encoded_word_octets_max, encoded_line_octets_max - column) - word_frame_octets;
    const auto word = take_word(text, room, is_base64);
    const auto begin = to.size();
    to.append(is_base64 ? "=?utf-8?B?" : "=?utf-8?Q?");
    is_base64 ? append_base64(to, word) : append_q(to, word);
    to.append(word_end);
    column += to.size() - begin;
    text.remove_prefix(word.size());
    if (!text.empty()) {
      to.append(fold);
      column = 1;
    }
  }
  return column;
}

bool is_atom_text(std::string_view text) {
  static constexpr std::string_view others = " !#$%&'*+-/=?^_`{|}~";
  return std::ranges::all_of(
      text, [](char one) { return is_alphanumeric(one) || others.find(one) != std::string_view::npos; });
}

/// Atoms, or a quoted string.
std::string words_of_phrase(std::string_view text) {
  if (is_atom_text(text))
    return std::string{text};
  std::string quoted = "\"";
  for (const auto one : text) {
    if (one == '"' || one == '\\')
      quoted.push_back('\\');
    quoted.push_back(one);
  }
  quoted.push_back('"');
  return quoted;
}

/// Each word by itself, folded between them: a quoted string as a whole cannot be folded without changing it.
std::size_t append_word_by_word(std::string& to, std::size_t column, std::string_view name) {
  for (auto is_first = true; !name.empty(); is_first = false) {
    const auto word = words_of_phrase(name.substr(0, name.find(' ')));
    name.remove_prefix(std::min(name.find(' '), name.size() - 1) + 1);
    if (!is_first && column + 1 + word.size() > line_octets_wanted) {
      to.append("\r\n");
      column = 0;
    }
    if (!is_first)
      to.push_back(' ');
    to.append(word);
    column += word.size() + (is_first ? 0 : 1);
  }
  return column;
}

/// A display name: atoms, a quoted string, or encoded words. Returns the column.
std::size_t append_phrase(std::string& to, std::size_t column, std::string_view name) {
  if (!can_stay_plain(name))
    return append_encoded(to, column, name);
  if (column + name.size() > line_octets_wanted) {
    // Between the words of a phrase any blanks are one.
    const auto has_wide_gap = name.find("  ") != std::string_view::npos;
    return has_wide_gap ? append_encoded(to, column, name) : append_word_by_word(to, column, name);
  }
  const auto words = words_of_phrase(name);
  to.append(words);
  return column + words.size();
}

} // namespace

void append_header_text(std::string& to, std::size_t column, std::string_view text) {
  const auto is_simple = column + text.size() <= line_octets_wanted && std::ranges::all_of(text, is_plain) &&
                         text.find("=?") == std::string_view::npos && !text.starts_with(' ') &&
                         !text.ends_with(' ');
  if (is_simple) {
    to.append(text);
    return;
  }
  const auto clean = cleaned(text);
  if (can_stay_plain(clean))
    append_folded(to, column, clean);
  else
    append_encoded(to, column, clean);
}

void append_mailbox(std::string& to,
                    std::size_t column,
                    std::string_view display_name,
                    std::string_view address) {
  const auto name = cleaned(display_name);
  if (name.empty()) {
    to.append(address);
    return;
  }
  column = append_phrase(to, column, name);
  to.append(column + address.size() + 3 > line_octets_wanted ? "\r\n <" : " <").append(address).append(">");
}

} // namespace sluice
