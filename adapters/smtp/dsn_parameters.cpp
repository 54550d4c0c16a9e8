#include "adapters/smtp/dsn_parameters.hpp"

#include <algorithm>

namespace sluice {

namespace {

bool is_beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

/// What may stand for itself in neither form: the begin of an encoded character, and what divides parameters.
bool is_plain(char c, bool is_utf8) {
  if (is_beyond_ascii(c))
    return is_utf8;
  return c > 0x20 && c < 0x7F && c != '+' && c != '=' && !(is_utf8 && c == '\\');
}

/// "+2B" in xtext (RFC 3461 section 4), "\x{2B}" in utf-8-addr-unitext (RFC 6533 section 3).
void append_encoded(std::string& to, std::string_view text, bool is_utf8) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const auto c : text) {
    if (is_plain(c, is_utf8)) {
      to += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    to += is_utf8 ? "\\x{" : "+";
    to += digits[octet / 16];
    to += digits[octet % 16];
    if (is_utf8)
      to += '}';
  }
}

/// Takes the parameter back that begins at `begin`, where its value is longer than it may be.
void drop_if_longer(std::string& to, std::size_t begin, std::size_t bytes_max) {
  const auto value_at = to.find('=', begin) + 1;
  if (to.size() - value_at > bytes_max)
    to.resize(begin);
}

} // namespace

void append_envid(std::string& to, std::string_view id) {
  if (id.empty())
    return;
  const auto begin = to.size();
  to += " ENVID=";
  append_encoded(to, id, false);
  drop_if_longer(to, begin, envid_bytes_max);
}

void append_orcpt(std::string& to, std::string_view address, bool may_utf8) {
  const auto is_utf8 = std::ranges::any_of(address, is_beyond_ascii);
  if (is_utf8 && !may_utf8)
    return;
  const auto begin = to.size();
  to += is_utf8 ? " ORCPT=utf-8;" : " ORCPT=rfc822;";
  append_encoded(to, address, is_utf8);
  drop_if_longer(to, begin, orcpt_bytes_max);
}

} // namespace sluice
