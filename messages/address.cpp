#include "messages/address.hpp"

#include "messages/utf8.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sluice {

namespace {

constexpr std::size_t local_part_octets_max = 64;
constexpr std::size_t address_octets_max = 254;
constexpr std::size_t label_octets_max = 63;

bool is_ascii_alphanumeric(char one) {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9');
}

bool is_beyond_ascii(char one) {
  return static_cast<unsigned char>(one) >= 0x80;
}

/// RFC 5322 atext, widened by RFC 6532.
bool is_atom_character(char one) {
  return is_ascii_alphanumeric(one) || is_beyond_ascii(one) ||
         std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(one) != std::string_view::npos;
}

char lower(char one) {
  return one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::unexpected<error> wrong(std::string_view text, std::string_view why) {
  std::string shown{text.substr(0, 100)};
  for (auto& one : shown)
    if (static_cast<unsigned char>(one) < 0x20 || one == 0x7F)
      one = '?';
  if (!is_utf8(shown))
    shown = "(not UTF-8)";
  return failure(error_code::invalid_input, "\"" + shown + "\" is no mail address: " + std::string{why});
}

/// What is wrong with a dot-atom; empty: nothing.
std::string_view fault_in_local_part(std::string_view local) {
  if (local.empty())
    return "nothing stands before the @";
  if (local.size() > local_part_octets_max)
    return "more than 64 octets stand before the @";
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
    return "a dot stands at an end or beside another before the @";
  for (const auto one : local)
    if (one != '.' && !is_atom_character(one))
      return "a character before the @ is not allowed there";
  return {};
}

std::string_view fault_in_domain(std::string_view domain) {
  if (domain.empty())
    return "nothing stands behind the @";
  std::size_t labels = 0;
  for (std::size_t begin = 0; begin <= domain.size(); ++labels) {
    const auto end = std::min(domain.find('.', begin), domain.size());
    const auto label = domain.substr(begin, end - begin);
    if (label.empty())
      return "a dot stands at an end of the domain or beside another";
    if (label.size() > label_octets_max)
      return "a label of the domain is longer than 63 octets";
    if (label.front() == '-' || label.back() == '-')
      return "a label of the domain begins or ends with a hyphen";
    for (const auto one : label)
      if (!is_ascii_alphanumeric(one) && one != '-' && !is_beyond_ascii(one))
        return "a character in the domain is not allowed there";
    begin = end + 1;
  }
  return labels < 2 ? "the domain has no dot" : std::string_view{};
}

/// Takes a display name's quotes off. Nothing when they do not match.
std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"'))
    return text.find('"') == std::string_view::npos ? std::optional(std::string{text}) : std::nullopt;
  std::string plain;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size())
      plain += text[++at];
    else if (text[at] == '"')
      return at + 1 == text.size() ? std::optional(plain) : std::nullopt;
    else
      plain += text[at];
  }
  return std::nullopt;
}

} // namespace

result<std::string> parse_address(std::string_view text) {
  if (!is_utf8(text))
    return wrong(text, "it is not UTF-8");
  const auto at = text.rfind('@');
  if (at == std::string_view::npos)
    return wrong(text, "it has no @");
  const auto local = text.substr(0, at);
  const auto domain = text.substr(at + 1);
  if (const auto fault = fault_in_local_part(local); !fault.empty())
    return wrong(text, fault);
  if (const auto fault = fault_in_domain(domain); !fault.empty())
    return wrong(text, fault);
  if (text.size() > address_octets_max)
    return wrong(text, "it has more than 254 octets");
  return std::string{local} + "@" + folded(domain);
}

result<mailbox> parse_mailbox(std::string_view text) {
  for (const auto one : text)
    if (static_cast<unsigned char>(one) < 0x20 || one == 0x7F)
      return wrong(text, "it has a line break or another control character");
  text = trimmed(text);
  if (!text.ends_with('>')) {
    auto address = parse_address(text);
    if (!address)
      return std::unexpected(address.error());
    return mailbox{{}, std::move(*address)};
  }
  const auto open = text.rfind('<');
  if (open == std::string_view::npos)
    return wrong(text, "a > has no <");
  auto address = parse_address(trimmed(text.substr(open + 1, text.size() - open - 2)));
  if (!address)
    return std::unexpected(address.error());
  const auto name = unquoted(trimmed(text.substr(0, open)));
  if (!name || !is_utf8(*name) || name->find_first_of("<>") != std::string::npos)
    return wrong(text, "the name before it is not well quoted");
  return mailbox{*name, std::move(*address)};
}

std::string_view domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

std::string folded(std::string_view address) {
  std::string text{address};
  std::ranges::transform(text, text.begin(), lower);
  return text;
}

bool is_role_address(std::string_view address) {
  // RFC 2142, and what is customary besides.
  static constexpr std::array<std::string_view, 36> roles{
      "abuse",           "accounts",  "admin",    "administrator", "billing", "booking", "contact",
      "customerservice", "enquiries", "feedback", "ftp",           "hello",   "help",    "helpdesk",
      "hostmaster",      "hr",        "info",     "inquiries",     "it",      "jobs",    "mail",
      "marketing",       "news",      "no-reply", "noc",           "noreply", "office",  "orders",
      "postmaster",      "sales",     "security", "service",       "support", "team",    "usenet",
      "webmaster"};
  const auto local = folded(address.substr(0, std::min(address.rfind('@'), address.size())));
  return std::ranges::find(roles, local) != roles.end();
}

bool needs_smtputf8(std::string_view address) {
  return std::ranges::any_of(address, is_beyond_ascii);
}

} // namespace sluice
