#include "actors/core/common_words.hpp"

#include "messages/lower_case.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sluice {

namespace {

constexpr std::string_view hidden = "…";
constexpr std::string_view wrapping = "<>()[]{}\"',;:";
/// Shorter words are words of a language, codes like TSS04, or numbers that say something.
constexpr std::size_t id_length_min = 6;
constexpr std::size_t hex_length_min = 8;
/// So many digits behind a point are measured, no section's number.
constexpr std::size_t fraction_length_min = 5;

bool is_digit(char one) {
  return one >= '0' && one <= '9';
}

bool is_lower(char one) {
  return one >= 'a' && one <= 'z';
}

bool is_upper(char one) {
  return one >= 'A' && one <= 'Z';
}

bool is_letter(char one) {
  return is_lower(one) || is_upper(one);
}

bool is_same(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, ascii_lower_case, ascii_lower_case);
}

/// Of base64, of UUIDs, times and queue ids.
bool may_be_in_an_id(char one) {
  return is_digit(one) || is_letter(one) ||
         std::string_view{"-_.:+/=~$#*!|%"}.find(one) != std::string_view::npos;
}

bool is_number(std::string_view word) {
  return !word.empty() && std::ranges::all_of(word, is_digit);
}

/// "5.7.26", "192.0.2.1", "4.16.55.1": three or four short numbers.
bool is_dotted_code(std::string_view word) {
  std::size_t parts = 1;
  std::size_t digits = 0;
  for (const char one : word) {
    if (one == '.' && digits > 0) {
      ++parts;
      digits = 0;
    } else if (!is_digit(one) || ++digits > 3) {
      return false;
    }
  }
  return digits > 0 && (parts == 3 || parts == 4);
}

/// Near enough: hexadecimal groups, at least two colons, and no time of day ("12:00:00" has no group but of two).
bool is_ipv6(std::string_view word) {
  if (std::ranges::count(word, ':') < 2)
    return false;
  const auto is_part = [](char one) {
    return is_digit(one) || one == ':' || one == '.' ||
           (ascii_lower_case(one) >= 'a' && ascii_lower_case(one) <= 'f');
  };
  return std::ranges::all_of(word, is_part) &&
         (word.find("::") != std::string_view::npos || std::ranges::count(word, ':') == 7);
}

/// "0.456"; "4.2" too, which may be a section.
bool is_fraction(std::string_view word) {
  const auto dot = word.find('.');
  return dot != std::string_view::npos && is_number(word.substr(0, dot)) && is_number(word.substr(dot + 1));
}

/// "SMTPUTF8", "RP-001": a name in capitals, with more than hexadecimal ones, and a short number behind.
bool is_numbered_name(std::string_view word) {
  const auto end = std::min(word.find_first_of("0123456789"), word.size());
  const auto name = word.substr(0, end);
  const auto digits = word.substr(end);
  return is_number(digits) && digits.size() <= 3 &&
         std::ranges::all_of(name, [](char one) { return is_upper(one) || one == '-'; }) &&
         std::ranges::any_of(name, [](char one) { return one > 'F' && is_upper(one); });
}

/// "No", "As": the short words that stand in names like NoSuchUser, in small letters.
bool is_short_word(char first, char second) {
  constexpr std::array<std::string_view, 24> words{"an", "as", "at", "be", "by", "do", "go", "id",
                                                   "if", "in", "ip", "is", "it", "me", "my", "no",
                                                   "of", "on", "or", "so", "to", "up", "us", "we"};
  return std::ranges::any_of(
      words, [&](std::string_view word) { return word[0] == ascii_lower_case(first) && word[1] == second; });
}

/// CamelCase goes from small letters to capitals and back once a word; base64 at every second letter, and leaves small
/// ones alone between capitals that make no word.
bool has_cases_at_random(std::string_view word) {
  std::size_t changes = 0;
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (is_lower(word[i - 1]) != is_lower(word[i]))
      ++changes;
    if (i + 1 < word.size() && is_lower(word[i]) && is_upper(word[i - 1]) && is_upper(word[i + 1]) &&
        !is_short_word(word[i - 1], word[i]))
      return true;
  }
  return changes * 2 > word.size();
}

bool is_id_without_digits(std::string_view word) {
  if (word.size() < hex_length_min || !std::ranges::all_of(word, is_letter))
    return false;
  const auto is_hex = std::ranges::all_of(word, [](char one) { return ascii_lower_case(one) <= 'f'; });
  const auto is_mixed = std::ranges::any_of(word, is_lower) && std::ranges::any_of(word, is_upper);
  return is_hex || (is_mixed && has_cases_at_random(word));
}

bool is_id(std::string_view word) {
  if (word.size() < id_length_min || !std::ranges::all_of(word, may_be_in_an_id))
    return false;
  if (!std::ranges::any_of(word, is_digit))
    return is_id_without_digits(word);
  return !is_dotted_code(word) && !is_ipv6(word) && !is_numbered_name(word);
}

/// What stands before an id: "queued as X", "id X", qmail's "qp 25436".
bool announces_an_id(std::string_view before, std::string_view word) {
  constexpr std::array<std::string_view, 7> names{"id", "ids", "qp", "ref", "msgid", "queueid", "queue-id"};
  return std::ranges::any_of(names, [&](std::string_view name) { return is_same(name, word); }) ||
         (is_same(before, "queued") && is_same(word, "as"));
}

/// After such a word whatever is no word of a language is an id.
bool may_be_announced(std::string_view word) {
  return std::ranges::any_of(word, is_digit) ||
         (word.size() >= id_length_min && std::ranges::all_of(word, may_be_in_an_id) &&
          !std::ranges::all_of(word.substr(1), is_lower));
}

/// What a number is of that is measured anew for each letter: "297 seconds", "12345 bytes".
bool is_measure(std::string_view unit) {
  constexpr std::array<std::string_view, 14> units{"s",     "sec",    "secs", "second", "seconds",
                                                   "ms",    "minute", "min",  "mins",   "minutes",
                                                   "bytes", "octets", "byte", "kb/sec"};
  return std::ranges::any_of(units, [&](std::string_view name) { return is_same(name, unit); });
}

std::string_view core_of(std::string_view word) {
  const auto head = word.find_first_not_of(wrapping);
  return head == std::string_view::npos ? std::string_view{}
                                        : word.substr(head, word.find_last_not_of(wrapping) + 1 - head);
}

/// Of a URL scheme and host stay, and of its path and query what is no id: a link names the rule that was broken.
std::string common_url(std::string_view url) {
  constexpr std::string_view separators = "/?&=#;";
  constexpr std::size_t url_id_length_min = 10;
  const auto path = std::min(url.find('/', url.find("://") + 3), url.size());
  std::string words{url.substr(0, path)};
  for (auto rest = url.substr(path); !rest.empty();) {
    words += rest.front();
    rest.remove_prefix(1);
    const auto end = std::min(rest.find_first_of(separators), rest.size());
    const auto part = rest.substr(0, end);
    const auto is_one = part.size() >= url_id_length_min ? is_id(part) && !part.ends_with(".html") : false;
    words += is_one || part.find('@') != std::string_view::npos ? hidden : part;
    rest.remove_prefix(end);
  }
  return words;
}

struct surroundings {
  std::string_view before_last;
  std::string_view last;
  std::string_view next;
};

/// A word without its brackets and commas.
std::string common_core(std::string_view core, const surroundings& around, bool is_in_angles) {
  if (core.find("://") != std::string_view::npos)
    return common_url(core);
  // `…` of an earlier pass, and words beyond ASCII, are left.
  if (core.find('@') != std::string_view::npos)
    return std::string{hidden};
  if (is_dotted_code(core) || is_ipv6(core))
    return std::string{core};
  if (is_in_angles && core != hidden)
    return std::string{hidden};
  const auto equals = core.find('=');
  if (equals != std::string_view::npos && equals > 0 && equals + 1 < core.size() &&
      std::ranges::all_of(core.substr(0, equals),
                          [](char one) { return is_letter(one) || one == '_' || one == '-'; })) {
    const auto name = core.substr(0, equals);
    const auto value = core.substr(equals + 1);
    const auto names_id = is_same(name.substr(name.size() - std::min<std::size_t>(name.size(), 2)), "id") ||
                          is_same(name, "ids");
    const auto inner = core_of(value);
    return std::string{name} + '=' + (names_id || is_id(inner) ? std::string{hidden} : std::string{value});
  }
  const auto is_score =
      is_number(core) && is_dotted_code(around.last); // "[192.0.2.1 12]": Gmail's, of each letter
  const auto is_measured = is_measure(around.next) ? is_number(core) || is_fraction(core)
                                                   : is_fraction(core) && core.size() >= fraction_length_min;
  if (is_id(core) || is_score || is_measured ||
      (announces_an_id(around.before_last, around.last) && may_be_announced(core)))
    return std::string{hidden};
  return std::string{core};
}

} // namespace

std::string common_words(std::string_view text) {
  std::string words;
  words.reserve(text.size() + hidden.size());
  surroundings around;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(end);
    const auto core = core_of(word);
    if (core.empty()) {
      words += word;
    } else {
      around.next = core_of(text.empty() ? text : text.substr(1, text.find(' ', 1) - 1));
      const auto head = static_cast<std::size_t>(core.data() - word.data());
      const auto tail = word.substr(head + core.size());
      const auto is_in_angles = head > 0 && word[head - 1] == '<' && tail.starts_with('>');
      words += word.substr(0, head);
      words += common_core(core, around, is_in_angles);
      words += tail;
      around.before_last = around.last;
      around.last = core;
    }
    if (!text.empty()) {
      words += ' ';
      text.remove_prefix(1);
    }
  }
  return words;
}

} // namespace sluice
