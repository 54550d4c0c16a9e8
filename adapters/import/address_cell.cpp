#include "adapters/import/address_cell.hpp"

#include "messages/utf8.hpp"

#include <algorithm>
#include <optional>

namespace sluice {

namespace {

constexpr auto none = std::string_view::npos;

bool is_unseen(char32_t point) {
  return point <= 0x20 || point == 0x7F || point == 0x85 || point == 0xA0 || point == 0xAD ||
         point == 0x1680 || point == 0x180E || (point >= 0x2000 && point <= 0x200F) ||
         (point >= 0x2028 && point <= 0x202F) || (point >= 0x205F && point <= 0x2064) ||
         (point >= 0x2066 && point <= 0x2069) || point == 0x3000 || point == 0xFEFF;
}

/// Bytes of an unseen character at the end; 0: there is none.
std::size_t unseen_bytes_at_end(std::string_view text) {
  constexpr std::size_t character_bytes_max = 4;
  for (std::size_t bytes = 1; bytes <= std::min(text.size(), character_bytes_max); ++bytes)
    if (const auto found = utf8_character_at(text, text.size() - bytes); found.bytes == bytes)
      return is_unseen(found.point) && found.point != 0 ? bytes : 0;
  return 0;
}

/// Nothing to do: a bare address, as nearly all are.
bool is_bare(std::string_view cell) {
  return !cell.empty() && std::ranges::all_of(cell, [](char one) {
    const auto byte = static_cast<unsigned char>(one);
    return byte > 0x20 && byte < 0x7F && one != '<' && one != '>' && one != ',' && one != ';' && one != ':' &&
           one != '"' && one != '\'' && one != '(';
  });
}

bool starts_with_no_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::ranges::equal(text.substr(0, lower.size()), lower, [](char a, char b) {
           return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b);
         });
}

int digit_of(char one) {
  return one >= '0' && one <= '9'   ? one - '0'
         : one >= 'a' && one <= 'f' ? one - 'a' + 10
         : one >= 'A' && one <= 'F' ? one - 'A' + 10
                                    : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto is_code =
        text[at] == '%' && at + 2 < text.size() && digit_of(text[at + 1]) >= 0 && digit_of(text[at + 2]) >= 0;
    made.push_back(is_code ? static_cast<char>(digit_of(text[at + 1]) * 16 + digit_of(text[at + 2]))
                           : text[at]);
    at += is_code ? 2 : 0;
  }
  return made;
}

/// Two words with an @ each, between commas, semicolons, slashes or blanks.
bool has_several_words(std::string_view text) {
  std::size_t words = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(",;/| \t\r\n"), text.size());
    words += text.substr(0, end).find('@') == none ? 0U : 1U;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words > 1;
}

/// Takes layers off until there is none.
class layers {
public:
  explicit layers(address_cell& into) : into_(into) {}

  std::string_view take_off(std::string_view text) {
    for (auto before = text.size() + 1; before != text.size();) {
      before = text.size();
      text = without_link(without_separators(without_quotes(blanks_off(text))));
      text = without_name(text);
    }
    return text;
  }

private:
  std::string_view blanks_off(std::string_view text) {
    const auto bare = without_unseen(text);
    if (bare.size() != text.size())
      into_.taken.add(leniency::blanks_trimmed);
    return bare;
  }

  std::string_view without_quotes(std::string_view text) {
    const auto has_pair =
        text.size() > 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
    if (!has_pair)
      return text;
    into_.taken.add(leniency::quotes_dropped);
    return text.substr(1, text.size() - 2);
  }

  std::string_view without_separators(std::string_view text) {
    const auto last = text.find_last_not_of(",;");
    if (last == none || last + 1 == text.size())
      return text;
    into_.taken.add(leniency::separator_dropped);
    return text.substr(0, last + 1);
  }

  std::string_view without_link(std::string_view text) {
    constexpr std::string_view scheme = "mailto:";
    if (!starts_with_no_case(text, scheme))
      return text;
    into_.taken.add(leniency::link_dropped);
    text.remove_prefix(scheme.size());
    text = text.substr(0, text.find('?'));
    if (text.find('%') == none)
      return text;
    into_.decoded = percent_decoded(text);
    return into_.decoded;
  }

  std::string_view without_name(std::string_view text) {
    if (text.ends_with('>') && text.find('<') != none)
      return within_brackets(text);
    const auto comment = text.rfind('(');
    if (!text.ends_with(')') || comment == none || text.substr(0, comment).find('@') == none)
      return text;
    into_.taken.add(leniency::name_dropped);
    return text.substr(0, comment);
  }

  std::string_view within_brackets(std::string_view text) {
    const auto open = text.rfind('<');
    const auto inside = text.substr(open + 1, text.size() - open - 2);
    const auto name = text.substr(0, open);
    // A name that is the address again is no second one.
    const auto has_other = name.find('@') != none && name.find(inside) == none;
    if (has_other || name.find('<') != none) {
      into_.has_several = true;
      return text;
    }
    into_.taken.add(leniency::name_dropped);
    return inside;
  }

  address_cell& into_;
};

} // namespace

std::string_view without_unseen(std::string_view text) {
  for (;;) {
    const auto first = utf8_character_at(text, 0);
    if (first.bytes == 0 || !is_unseen(first.point) || first.point == 0)
      break;
    text.remove_prefix(first.bytes);
  }
  for (auto bytes = unseen_bytes_at_end(text); bytes > 0; bytes = unseen_bytes_at_end(text))
    text.remove_suffix(bytes);
  return text;
}

void read_address_cell(std::string_view cell, address_cell& into) {
  into.taken.clear();
  into.has_several = false;
  into.address = cell;
  if (is_bare(cell))
    return;
  into.address = layers(into).take_off(cell);
  into.has_several = into.has_several || has_several_words(into.address);
}

} // namespace sluice
