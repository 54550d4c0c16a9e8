#include "messages/address.hpp"

#include "messages/blanks.hpp"
#include "messages/lower_case.hpp"
#include "messages/utf8.hpp"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace sluice {

namespace {

constexpr std::size_t local_part_octets_max = 64;
constexpr std::size_t address_octets_max = 254;
constexpr std::size_t label_octets_max = 63;

bool is_ascii_alphanumeric(char one) {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9');
}

bool is_digit(char one) {
  return one >= '0' && one <= '9';
}

bool is_beyond_ascii(char one) {
  return static_cast<unsigned char>(one) >= 0x80;
}

/// RFC 5322 atext, widened by RFC 6532. A table: each byte of millions of addresses is asked about.
constexpr auto atom_characters = [] {
  std::array<bool, 256> known{};
  for (std::size_t byte = 0; byte < known.size(); ++byte)
    known[byte] = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                  (byte >= '0' && byte <= '9') || byte >= 0x80;
  for (const auto one : std::string_view{"!#$%&'*+-/=?^_`{|}~"})
    known[static_cast<unsigned char>(one)] = true;
  return known;
}();

bool is_atom_character(char one) {
  return atom_characters[static_cast<unsigned char>(one)];
}

/// Characters beyond ASCII that nobody can see or that turn the text around them: controls, spaces, joiners,
/// marks of direction, private and replacement characters. In an address they are a slip or a trick.
bool is_invisible(char32_t point) {
  struct range {
    char32_t first;
    char32_t last;
  };
  static constexpr std::array<range, 14> ranges{{{0x80, 0xA0},
                                                 {0xAD, 0xAD},
                                                 {0x034F, 0x034F},
                                                 {0x061C, 0x061C},
                                                 {0x115F, 0x1160},
                                                 {0x1680, 0x1680},
                                                 {0x180B, 0x180F},
                                                 {0x2000, 0x200F},
                                                 {0x2028, 0x202F},
                                                 {0x205F, 0x206F},
                                                 {0x3000, 0x3000},
                                                 {0xE000, 0xF8FF},
                                                 {0xFE00, 0xFE0F},
                                                 {0xFFF0, 0xFFFF}}};
  return point == 0xFEFF || point >= 0xE0000 ||
         std::ranges::any_of(ranges, [=](range one) { return one.first <= point && point <= one.last; });
}

/// Dots of other scripts, which some programs take for the ASCII one.
bool is_foreign_dot(char32_t point) {
  return point == 0x3002 || point == 0xFF0E || point == 0xFF61;
}

/// Whether one beyond ASCII is so.
template <class Predicate>
bool has_character(std::string_view utf8, Predicate is_wanted) {
  for (std::size_t at = 0; at < utf8.size();) {
    if (!is_beyond_ascii(utf8[at])) {
      ++at;
      continue;
    }
    const auto [bytes, point] = utf8_character_at(utf8, at);
    if (is_wanted(point))
      return true;
    at += bytes;
  }
  return false;
}

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char one) { return (static_cast<unsigned char>(one) & 0xC0U) != 0x80U; }));
}

std::string lowered(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), ascii_lower_case);
  return made;
}

struct idn2_closer {
  void operator()(char* text) const { idn2_free(text); }
};

/// Nothing where IDNA2008 has no such domain.
std::optional<std::string> to_a_labels(const std::string& domain) {
  char* made = nullptr;
  const auto done = idn2_to_ascii_8z(domain.c_str(), &made, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, idn2_closer> held(made);
  return done == IDN2_OK ? std::optional(lowered(made)) : std::nullopt;
}

bool is_international(std::string_view text) {
  return std::ranges::any_of(text, is_beyond_ascii);
}

/// Where the domain of an address begins; nothing where it has none.
std::optional<std::size_t> domain_begin(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::nullopt : std::optional(at + 1);
}

/// `why` is a notice's code.
std::unexpected<error> wrong(std::string_view text, std::string_view why) {
  constexpr std::size_t shown_bytes_max = 100;
  return failure(error_code::invalid_input, notice{why, {{"address", excerpt(text, shown_bytes_max)}}});
}

/// What is wrong with a quoted string (RFC 5321 section 4.1.2), as a notice's code; empty: nothing.
std::string_view fault_in_quoted(std::string_view local) {
  for (std::size_t at = 1; at < local.size(); ++at) {
    if (local[at] == '"')
      return at + 1 == local.size() ? std::string_view{} : "address_local_quote";
    if (local[at] == '\\')
      ++at;
    // Brackets are RFC 5321's, but an envelope's and a header's own are the same.
    if (at < local.size() && (local[at] < ' ' || local[at] > '~' || local[at] == '<' || local[at] == '>'))
      return "address_local_character";
  }
  return "address_local_quote";
}

/// What is wrong with a local part, as a notice's code; empty: nothing.
std::string_view fault_in_local_part(std::string_view local, local_parts taken) {
  if (local.empty())
    return "address_local_empty";
  if (local.size() > local_part_octets_max)
    return "address_local_too_long";
  if (local.front() == '"')
    return fault_in_quoted(local);
  const auto has_odd_dot =
      local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos;
  if (has_odd_dot && taken == local_parts::standard)
    return "address_local_dot";
  for (const auto one : local)
    if (one != '.' && !is_atom_character(one))
      return "address_local_character";
  if (has_character(local, is_invisible))
    return "address_local_invisible";
  return {};
}

std::string_view fault_in_label(std::string_view label) {
  if (label.empty())
    return "address_domain_dot";
  // DNS counts the octets of the label's ASCII form, "xn--" and one at least for each character.
  const auto octets_min = is_international(label) ? characters_of(label) + 4 : label.size();
  if (octets_min > label_octets_max)
    return "address_label_too_long";
  if (label.front() == '-' || label.back() == '-')
    return "address_label_hyphen";
  for (const auto one : label)
    if (!is_ascii_alphanumeric(one) && one != '-' && !is_beyond_ascii(one))
      return "address_domain_character";
  return {};
}

std::string_view fault_in_domain(std::string_view domain) {
  if (domain.empty())
    return "address_domain_empty";
  std::size_t labels = 0;
  std::string_view last;
  for (std::size_t begin = 0; begin <= domain.size(); ++labels) {
    const auto end = std::min(domain.find('.', begin), domain.size());
    last = domain.substr(begin, end - begin);
    if (const auto fault = fault_in_label(last); !fault.empty())
      return fault;
    begin = end + 1;
  }
  if (labels < 2)
    return "address_domain_without_dot";
  if (std::ranges::all_of(last, is_digit))
    return "address_domain_number";
  if (has_character(domain, is_invisible))
    return "address_domain_invisible";
  if (has_character(domain, is_foreign_dot))
    return "address_domain_foreign_dot";
  if (is_international(domain) && !to_a_labels(std::string{domain}))
    return "address_domain_not_idna";
  return {};
}

/// Takes a display name's quotes off. Nothing when they do not match, or are missing where RFC 5322 wants
/// them: in a,b@c.example <d@e.example> nobody could say how many addresses there are.
std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"'))
    return text.find_first_of("\"()<>[]:;@\\,") == std::string_view::npos ? std::optional(std::string{text})
                                                                          : std::nullopt;
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

/// The local part without quotes that it does not need: with and without them it is one mailbox.
std::string_view bare_local_part(std::string_view local) {
  if (!local.starts_with('"'))
    return local;
  const auto inner = local.substr(1, local.size() - 2);
  return fault_in_local_part(inner, local_parts::standard).empty() && !inner.starts_with('"') ? inner : local;
}

} // namespace

result<std::string> parse_address(std::string_view text, local_parts taken) {
  if (!is_utf8(text))
    return wrong(text, "address_not_utf8");
  const auto at = text.rfind('@');
  if (at == std::string_view::npos)
    return wrong(text, "address_without_at");
  const auto local = text.substr(0, at);
  const auto domain = text.substr(at + 1);
  if (const auto fault = fault_in_local_part(local, taken); !fault.empty())
    return wrong(text, fault);
  if (const auto fault = fault_in_domain(domain); !fault.empty())
    return wrong(text, fault);
  const auto wire_octets = is_international(text) ? wire_address(text).size() : text.size();
  if (std::max(text.size(), wire_octets) > address_octets_max)
    return wrong(text, "address_too_long");
  return std::string{bare_local_part(local)} + "@" + lowered(domain);
}

result<mailbox> parse_mailbox(std::string_view text) {
  for (const auto one : text)
    if (static_cast<unsigned char>(one) < 0x20 || one == 0x7F)
      return wrong(text, "address_control_character");
  text = without_blanks(text, line_blanks);
  if (!text.ends_with('>')) {
    auto address = parse_address(text);
    if (!address)
      return std::unexpected(address.error());
    return mailbox{{}, std::move(*address)};
  }
  const auto open = text.rfind('<');
  if (open == std::string_view::npos)
    return wrong(text, "address_bracket_unopened");
  auto address = parse_address(without_blanks(text.substr(open + 1, text.size() - open - 2), line_blanks));
  if (!address)
    return std::unexpected(address.error());
  if (!is_utf8(text))
    return wrong(text, "address_not_utf8");
  const auto name = unquoted(without_blanks(text.substr(0, open), line_blanks));
  if (!name)
    return wrong(text, "address_name_unquoted");
  return mailbox{*name, std::move(*address)};
}

std::string_view domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

std::string ascii_domain(std::string_view domain) {
  auto text = lowered(domain);
  if (!is_international(text))
    return text;
  return to_a_labels(text).value_or(std::move(text));
}

std::string unicode_domain(std::string_view domain) {
  auto text = lowered(domain);
  if (text.find("xn--") == std::string::npos)
    return text;
  char* made = nullptr;
  const auto done = idn2_to_unicode_8z8z(text.c_str(), &made, 0);
  const std::unique_ptr<char, idn2_closer> held(made);
  return done == IDN2_OK ? std::string{made} : text;
}

std::string wire_address(std::string_view address) {
  const auto begin = domain_begin(address);
  if (!begin || !is_international(address.substr(*begin)))
    return std::string{address};
  return std::string{address.substr(0, *begin)} + ascii_domain(address.substr(*begin));
}

std::string folded(std::string_view address) {
  return lowered(wire_address(address));
}

std::vector<std::string> folded_before(std::string_view address) {
  const auto begin = domain_begin(address);
  if (!begin)
    return {};
  const auto local = lowered(address.substr(0, *begin));
  const auto domain = lowered(address.substr(*begin));
  std::vector<std::string> spellings;
  if (is_international(domain))
    spellings.push_back(local + domain);
  if (auto mapped = unicode_domain(ascii_domain(domain)); mapped != domain && is_international(mapped))
    spellings.push_back(local + std::move(mapped));
  return spellings;
}

bool is_role_address(std::string_view address) {
  // RFC 2142, and what is customary besides. Sorted.
  static constexpr std::array roles = std::to_array<std::string_view>({"abuse",
                                                                       "accounting",
                                                                       "accounts",
                                                                       "admin",
                                                                       "administrator",
                                                                       "all",
                                                                       "billing",
                                                                       "booking",
                                                                       "bookings",
                                                                       "career",
                                                                       "careers",
                                                                       "contact",
                                                                       "contactus",
                                                                       "customer",
                                                                       "customer-service",
                                                                       "customercare",
                                                                       "customerservice",
                                                                       "devnull",
                                                                       "do-not-reply",
                                                                       "donotreply",
                                                                       "enquiries",
                                                                       "enquiry",
                                                                       "everyone",
                                                                       "feedback",
                                                                       "finance",
                                                                       "ftp",
                                                                       "hello",
                                                                       "help",
                                                                       "helpdesk",
                                                                       "hostmaster",
                                                                       "hr",
                                                                       "info",
                                                                       "inquiries",
                                                                       "inquiry",
                                                                       "it",
                                                                       "jobs",
                                                                       "legal",
                                                                       "list",
                                                                       "mail",
                                                                       "mailbox",
                                                                       "mailer-daemon",
                                                                       "marketing",
                                                                       "media",
                                                                       "news",
                                                                       "newsletter",
                                                                       "no-reply",
                                                                       "no_reply",
                                                                       "noc",
                                                                       "noreply",
                                                                       "office",
                                                                       "order",
                                                                       "orders",
                                                                       "postmaster",
                                                                       "pr",
                                                                       "press",
                                                                       "privacy",
                                                                       "reception",
                                                                       "recruitment",
                                                                       "registrar",
                                                                       "reservations",
                                                                       "root",
                                                                       "sales",
                                                                       "secretary",
                                                                       "security",
                                                                       "service",
                                                                       "services",
                                                                       "shop",
                                                                       "spam",
                                                                       "staff",
                                                                       "subscribe",
                                                                       "support",
                                                                       "sysadmin",
                                                                       "team",
                                                                       "tech",
                                                                       "unsubscribe",
                                                                       "usenet",
                                                                       "uucp",
                                                                       "webmaster",
                                                                       "welcome",
                                                                       "www"});
  static_assert(std::ranges::is_sorted(roles));
  auto local = folded(address.substr(0, std::min(address.rfind('@'), address.size())));
  // sales+spring@ is sales@.
  local.erase(std::min(local.find('+'), local.size()));
  return std::ranges::binary_search(roles, local);
}

bool needs_smtputf8(std::string_view address) {
  return is_international(wire_address(address));
}

} // namespace sluice
