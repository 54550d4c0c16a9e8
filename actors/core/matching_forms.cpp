#include "actors/core/matching_forms.hpp"

#include "messages/address.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

namespace sluice {

namespace {

using icu::UnicodeString;

constexpr UChar32 confusables_end = 0x20000; ///< all letters that are like Latin ones stand before it

struct spoof_closer {
  void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
};

/// Han and Hangul have none that is like a Latin letter.
bool may_be_like_latin(UChar32 one) {
  return !(one >= 0x2E80 && one < 0xA4D0) && !(one >= 0xAC00 && one < 0xFB00) &&
         u_getIntPropertyValue(one, UCHAR_GENERAL_CATEGORY) != U_UNASSIGNED && u_isgraph(one) != 0;
}

/// The Latin letter, in lower case, of which a skeleton (UTS #39 section 4) consists; 0: it is something else.
char letter_of_skeleton(const UnicodeString& skeleton, UChar32 of) {
  if (skeleton == UnicodeString("rn"))
    return 'm';
  if (skeleton.length() != 1 || skeleton.charAt(0) >= 0x80)
    return 0;
  const auto one = u_tolower(skeleton.charAt(0));
  if (one < 'a' || one > 'z')
    return 0;
  // The skeleton of a capital I is an l.
  return one == 'l' && u_isupper(of) != 0 ? 'i' : static_cast<char>(one);
}

/// By character from 0x80 on: the Latin letter that it looks like.
std::vector<char> make_confusables() {
  std::vector<char> table(confusables_end);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<USpoofChecker, spoof_closer> checker(uspoof_open(&status));
  if (U_FAILURE(status))
    return table;
  for (UChar32 one = 0x80; one < confusables_end; ++one) {
    if (!may_be_like_latin(one))
      continue;
    UnicodeString skeleton;
    status = U_ZERO_ERROR;
    uspoof_getSkeletonUnicodeString(checker.get(), 0, UnicodeString(one), skeleton, &status);
    if (U_SUCCESS(status))
      table[static_cast<std::size_t>(one)] = letter_of_skeleton(skeleton, one);
  }
  return table;
}

char confusable(UChar32 one) {
  static const auto table = make_confusables();
  return one >= 0x80 && one < confusables_end ? table[static_cast<std::size_t>(one)] : '\0';
}

struct lookalike {
  char latin;
  char16_t cyrillic;
};

/// Latin letters and digits that stand for Cyrillic letters, with those that people put there though they only
/// resemble them.
constexpr std::array<lookalike, 22> as_cyrillic{
    {{'a', u'а'}, {'b', u'в'}, {'c', u'с'}, {'e', u'е'}, {'g', u'д'}, {'h', u'н'}, {'i', u'и'}, {'k', u'к'},
     {'m', u'м'}, {'n', u'п'}, {'o', u'о'}, {'p', u'р'}, {'r', u'г'}, {'t', u'т'}, {'u', u'и'}, {'x', u'х'},
     {'y', u'у'}, {'0', u'о'}, {'3', u'з'}, {'4', u'ч'}, {'6', u'б'}, {'w', u'ш'}}};

struct digit_letter {
  char digit;
  char latin;
};

constexpr std::array<digit_letter, 8> as_latin{
    {{'0', 'o'}, {'3', 'e'}, {'4', 'a'}, {'5', 's'}, {'7', 't'}, {'8', 'b'}, {'@', 'a'}, {'$', 's'}}};

/// Of which nobody can tell whether it is an i or an l.
bool is_stroke(UChar32 one) {
  return one == '1' || one == '|' || one == '!';
}

bool is_mark(UChar32 one) {
  return (U_GET_GC_MASK(one) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0;
}

bool is_blank(UChar32 one) {
  constexpr UChar32 braille_blank = 0x2800;
  return one != '\n' && (u_isUWhiteSpace(one) != 0 || one == braille_blank);
}

bool is_word_character(UChar32 one) {
  return u_isalnum(one) != 0 || is_mark(one);
}

bool is_cyrillic(UChar32 one) {
  return u_hasBinaryProperty(one, UCHAR_ALPHABETIC) != 0 && one >= 0x400 && one < 0x530;
}

template <class Visit>
void for_each_character(const UnicodeString& text, Visit&& visit) {
  for (int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1))
    visit(at, text.char32At(at));
}

std::string to_utf8(const UnicodeString& text) {
  std::string made;
  text.toUTF8String(made);
  return made;
}

/// Compatibility forms folded, with what nobody sees left out, and every blank a space.
UnicodeString folded_forms(const UnicodeString& text, bool folds_case) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* const normalizer = folds_case ? icu::Normalizer2::getNFKCCasefoldInstance(status)
                                            : icu::Normalizer2::getNFKCInstance(status);
  const auto normal = U_SUCCESS(status) ? normalizer->normalize(text, status) : text;
  if (U_FAILURE(status))
    return text;
  UnicodeString made;
  for_each_character(normal, [&](int32_t, UChar32 one) {
    if (is_blank(one))
      made.append(u' ');
    else if (one == '\n' || (u_charType(one) != U_FORMAT_CHAR && u_charType(one) != U_CONTROL_CHAR &&
                             u_hasBinaryProperty(one, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0))
      made.append(one);
  });
  return made;
}

/// The character without its marks.
UChar32 base_of(UChar32 one) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* const normalizer = icu::Normalizer2::getNFDInstance(status);
  UnicodeString parts;
  if (one < 0x80 || U_FAILURE(status) || normalizer->getDecomposition(one, parts) == 0)
    return one;
  return parts.char32At(0);
}

/// The Latin letter that it is or looks like, in lower case; 0: none.
char latin_of(UChar32 one) {
  if (one < 0x80)
    return u_isalpha(one) != 0 ? static_cast<char>(u_tolower(one)) : '\0';
  if (const auto like = confusable(one); like != 0)
    return like;
  const auto base = base_of(one);
  return base < 0x80 && u_isalpha(base) != 0 ? static_cast<char>(u_tolower(base)) : confusable(base);
}

struct neighbours {
  bool has_before = false; ///< a letter
  bool has_behind = false;
};

neighbours letters_beside(const UnicodeString& text, int32_t at) {
  const auto is_letter = [&](int32_t where) { return u_isalpha(text.char32At(where)) != 0; };
  const auto next = text.moveIndex32(at, 1);
  return {at > 0 && is_letter(text.moveIndex32(at, -1)), next < text.length() && is_letter(next)};
}

/// Whether a digit may be a letter there.
bool is_beside_letter(const UnicodeString& text, int32_t at) {
  const auto [before, behind] = letters_beside(text, at);
  return before || behind;
}

/// Whether a 1 may be a letter there; a bar and an exclamation mark may within a word alone.
bool is_stroke_within(const UnicodeString& text, int32_t at, UChar32 one) {
  const auto [before, behind] = letters_beside(text, at);
  return is_stroke(one) && (one == '1' ? before || behind : before && behind);
}

/// Lookalikes as they stand: of some NFKC makes what looks otherwise.
UnicodeString without_lookalikes(const UnicodeString& text) {
  UnicodeString made;
  for_each_character(text, [&](int32_t, UChar32 one) {
    const auto like = confusable(one);
    made.append(like != 0 ? static_cast<UChar32>(like) : one);
  });
  return made;
}

/// Towards Latin letters. `stroke`: the letter that a 1, a | and a ! within a word are.
UnicodeString as_latin_letters(const UnicodeString& text, char stroke, bool& has_stroke) {
  UnicodeString made;
  for_each_character(text, [&](int32_t at, UChar32 one) {
    if (is_mark(one))
      return;
    if (const auto like = latin_of(one); like != 0) {
      made.append(static_cast<char16_t>(like));
      return;
    }
    if (is_stroke_within(text, at, one)) {
      has_stroke = true;
      made.append(static_cast<char16_t>(stroke));
      return;
    }
    const auto* const found =
        std::ranges::find(as_latin, one < 0x80 ? static_cast<char>(one) : '\0', &digit_letter::digit);
    if (found != as_latin.end() && is_beside_letter(text, at))
      made.append(static_cast<char16_t>(found->latin));
    else
      made.append(one);
  });
  return made;
}

UnicodeString as_cyrillic_letters(const UnicodeString& text) {
  UnicodeString made;
  constexpr UChar32 latin_e_with_dots = 0xEB;
  constexpr UChar32 cyrillic_io = 0x451;
  for_each_character(text, [&](int32_t at, UChar32 one) {
    if (is_mark(one))
      return;
    if (is_cyrillic(one)) {
      made.append(u_tolower(one));
      return;
    }
    if (u_tolower(one) == latin_e_with_dots) {
      made.append(cyrillic_io);
      return;
    }
    const auto is_digit = one < 0x80 && u_isdigit(one) != 0 && is_beside_letter(text, at);
    const auto latin = is_digit ? static_cast<char>(one) : latin_of(one);
    const auto* const found = std::ranges::find(as_cyrillic, latin, &lookalike::latin);
    made.append(latin != 0 && found != as_cyrillic.end() ? static_cast<UChar32>(found->cyrillic) : one);
  });
  return made;
}

/// A word, and what stands behind it.
struct word_place {
  int32_t begin = 0;
  int32_t end = 0;
  int32_t next = 0; ///< where the next word begins, or the text ends
  int32_t letters = 0;
  bool is_number = true; ///< of digits alone
};

std::vector<word_place> words_in(const UnicodeString& text) {
  std::vector<word_place> words;
  auto is_in_word = false;
  for_each_character(text, [&](int32_t at, UChar32 one) {
    if (is_word_character(one)) {
      if (!is_in_word) {
        if (!words.empty())
          words.back().next = at;
        words.push_back({at, at, at, 0, true});
      }
      is_in_word = true;
      words.back().end = text.moveIndex32(at, 1);
      words.back().letters += is_mark(one) ? 0 : 1;
      words.back().is_number = words.back().is_number && u_isdigit(one) != 0;
    } else {
      is_in_word = false;
    }
  });
  if (!words.empty())
    words.back().next = text.length();
  return words;
}

constexpr int32_t separator_max = 3; ///< characters that are taken out between the letters of one word
constexpr std::size_t split_letters_min = 3;

/// Words that were cut up end to end again: letters, or pairs of them, with blanks or dots between, three at least; and
/// what has marks but no blank within, `cas.ino`.
UnicodeString with_joined_words(const UnicodeString& text) {
  const auto words = words_in(text);
  if (words.empty())
    return text;
  const auto is_narrow = [&](const word_place& one) {
    return one.next - one.end <= separator_max && text.indexOf(u'\n', one.end, one.next - one.end) < 0;
  };
  const auto has_blank = [&](const word_place& one) {
    return text.indexOf(u' ', one.end, one.next - one.end) >= 0;
  };
  std::vector<bool> joins(words.size(), false); ///< with the word behind it
  const auto join_runs = [&](int32_t letters_max) {
    for (std::size_t begin = 0; begin < words.size();) {
      auto end = begin;
      while (end < words.size() && words[end].letters <= letters_max && !words[end].is_number &&
             !joins[end] && (end == begin || is_narrow(words[end - 1])))
        ++end;
      if (end - begin >= split_letters_min)
        for (auto at = begin; at + 1 < end; ++at)
          joins[at] = true;
      begin = std::max(end, begin + 1);
    }
  };
  join_runs(1);
  join_runs(2);
  for (std::size_t at = 0; at + 1 < words.size(); ++at)
    if (is_narrow(words[at]) && !has_blank(words[at]) && !(words[at].is_number && words[at + 1].is_number))
      joins[at] = true;
  UnicodeString made(text, 0, words.front().begin);
  for (std::size_t at = 0; at < words.size(); ++at) {
    made.append(text, words[at].begin, words[at].end - words[at].begin);
    if (!joins[at] || at + 1 == words.size())
      made.append(text, words[at].end, words[at].next - words[at].end);
  }
  return made;
}

void add_if_new(std::vector<std::string>& forms, std::string form) {
  if (std::ranges::find(forms, form) == forms.end())
    forms.push_back(std::move(form));
}

void add_with_joined(std::vector<std::string>& forms, const UnicodeString& form) {
  add_if_new(forms, to_utf8(form));
  add_if_new(forms, to_utf8(with_joined_words(form)));
}

int hexadecimal_value(char one) {
  if (one >= '0' && one <= '9')
    return one - '0';
  const auto lower = static_cast<char>(one | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto high = text[at] == '%' && at + 2 < text.size() ? hexadecimal_value(text[at + 1]) : -1;
    const auto low = high >= 0 ? hexadecimal_value(text[at + 2]) : -1;
    if (low < 0) {
      made.push_back(text[at]);
      continue;
    }
    made.push_back(static_cast<char>(high * 16 + low));
    at += 2;
  }
  return made;
}

bool begins_url(std::string_view rest) {
  constexpr std::array<std::string_view, 4> begins{"https://", "http://", "mailto:", "www."};
  return std::ranges::any_of(begins, [&](std::string_view begin) {
    return rest.size() >= begin.size() &&
           std::ranges::equal(rest.substr(0, begin.size()), begin, {}, [](char one) {
             return static_cast<char>(one >= 'A' && one <= 'Z' ? one + 0x20 : one);
           });
  });
}

/// Latin words of three letters or more with one space between: nothing is hidden in these. Most values are such.
bool is_plain(std::string_view text) {
  std::size_t letters = 0;
  const auto is_letter = [](char one) {
    return static_cast<char>(one | 0x20) >= 'a' && static_cast<char>(one | 0x20) <= 'z';
  };
  for (const auto one : text) {
    if (!is_letter(one) && (one != ' ' || letters < split_letters_min))
      return false;
    letters = one == ' ' ? 0 : letters + 1;
  }
  return letters >= split_letters_min;
}

} // namespace

std::vector<std::string> matching_forms(std::string_view text, bool wants_cyrillic) {
  std::vector<std::string> forms{std::string{text}};
  if (!wants_cyrillic && is_plain(text))
    return forms;
  const auto whole =
      UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  add_with_joined(forms, folded_forms(whole, true));
  const auto latin = folded_forms(without_lookalikes(whole), false);
  auto has_stroke = false;
  add_with_joined(forms, as_latin_letters(latin, 'i', has_stroke));
  if (has_stroke)
    add_with_joined(forms, as_latin_letters(latin, 'l', has_stroke));
  if (wants_cyrillic)
    add_with_joined(forms, as_cyrillic_letters(folded_forms(whole, false)));
  return forms;
}

std::vector<std::string_view> urls_in(std::string_view text) {
  constexpr std::string_view ends = " \t\r\n\"'<>()[]{}";
  std::vector<std::string_view> found;
  for (std::size_t at = 0; at < text.size();) {
    const auto is_begin = at == 0 || ends.find(text[at - 1]) != std::string_view::npos;
    if (!is_begin || !begins_url(text.substr(at))) {
      ++at;
      continue;
    }
    const auto end = std::min(text.find_first_of(ends, at), text.size());
    found.push_back(text.substr(at, end - at));
    at = end;
  }
  return found;
}

std::string readable_url(std::string_view url) {
  constexpr int encoded_max = 3;
  auto whole = percent_decoded(url);
  for (int time = 1; time < encoded_max && whole.find('%') != std::string::npos; ++time)
    whole = percent_decoded(whole);
  const auto scheme = whole.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto path = std::min(whole.find_first_of("/?#", begin), whole.size());
  const auto user = whole.rfind('@', path);
  const auto host = user == std::string::npos || user < begin ? begin : user + 1;
  const auto port = std::min(whole.find(':', host), path);
  auto shown = unicode_domain(ascii_domain(std::string_view{whole}.substr(host, port - host)));
  return whole.substr(0, host) + shown + whole.substr(port);
}

std::string with_joined_lines(std::string_view text) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r')
      continue;
    const auto rest = text.substr(at + 1);
    const auto is_paragraph_end = rest.empty() || rest.starts_with('\n') || rest.starts_with("\r\n") ||
                                  made.empty() || made.back() == '\n';
    made.push_back(text[at] == '\n' && !is_paragraph_end ? ' ' : text[at]);
  }
  return made;
}

} // namespace sluice
