#include "actors/letters/mime_body.hpp"

#include "actors/letters/mime_header.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace sluice {

namespace {

constexpr std::uint64_t each_byte = 0x0101010101010101U;
constexpr std::uint64_t high_bits = each_byte * 0x80U;

/// True when one of eight bytes is below 0x20 or above 0x7e.
bool has_unusual(std::uint64_t bytes) {
  return ((bytes | (bytes + each_byte) | (bytes - each_byte * 0x20U)) & high_bits) != 0;
}

bool is_unusual(char one) {
  const auto byte = static_cast<unsigned char>(one);
  return (byte < 0x20 && one != '\t') || byte > 0x7e;
}

/// True when a line is ASCII without control characters but tabs. Eight bytes at a time: every letter's
/// every byte passes here.
bool is_plain_line(std::string_view line) {
  while (line.size() >= sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, line.data(), sizeof bytes);
    if (has_unusual(bytes) && std::ranges::any_of(line.substr(0, sizeof bytes), is_unusual))
      return false;
    line.remove_prefix(sizeof bytes);
  }
  return std::ranges::none_of(line, is_unusual);
}

bool is_seven_bit(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find("\r\n"), text.size());
    if (end > line_octets_max || !is_plain_line(text.substr(0, end)))
      return false;
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return true;
}

std::size_t quoted_printable_octets(std::string_view text) {
  std::size_t quoted = 0;
  for (const auto one : text)
    quoted += (is_unusual(one) && one != '\r' && one != '\n') || one == '=' ? 1U : 0U;
  const auto octets = text.size() + 2 * quoted;
  return octets + octets / 75 * 3; // soft line ends
}

std::size_t base64_octets(std::string_view text) {
  return (text.size() + 2) / 3 * 4 + text.size() / 57 * 2;
}

void append_lines_with_crlf(std::string& to, std::string_view lines) {
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    to.append(lines.substr(0, end)).append("\r\n");
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void append_through(GMimeContentEncoding how, std::string& to, std::string_view text) {
  thread_local std::string encoded;
  GMimeEncoding encoder;
  g_mime_encoding_init_encode(&encoder, how);
  encoded.resize(g_mime_encoding_outlen(&encoder, text.size()));
  encoded.resize(g_mime_encoding_flush(&encoder, text.data(), text.size(), encoded.data()));
  append_lines_with_crlf(to, encoded);
}

} // namespace

std::string_view name_of(body_encoding encoding) {
  switch (encoding) {
  case body_encoding::seven_bit:
    return "7bit";
  case body_encoding::quoted_printable:
    return "quoted-printable";
  default:
    return "base64";
  }
}

body_encoding encoding_for(std::string_view text) {
  if (is_seven_bit(text))
    return body_encoding::seven_bit;
  return quoted_printable_octets(text) <= base64_octets(text) ? body_encoding::quoted_printable
                                                              : body_encoding::base64;
}

void append_body(std::string& to, std::string_view text, body_encoding encoding) {
  switch (encoding) {
  case body_encoding::seven_bit:
    to.append(text);
    if (!text.ends_with("\r\n"))
      to.append("\r\n");
    break;
  case body_encoding::quoted_printable:
    append_through(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, to, text);
    break;
  case body_encoding::base64:
    append_through(GMIME_CONTENT_ENCODING_BASE64, to, text);
    break;
  }
}

} // namespace sluice
