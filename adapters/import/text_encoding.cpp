#include "adapters/import/text_encoding.hpp"

#include "messages/utf8.hpp"

#include <iconv.h>
#include <uchardet.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <vector>

namespace sluice {

namespace {

struct encoding {
  std::string_view name;
  const char* iconv_name;
  std::string_view others; ///< other names, between blanks; letters and digits only, in lower case
};

constexpr std::array encodings{
    encoding{"utf-8", "UTF-8", " utf8sig utf8bom usascii ascii "},
    encoding{"utf-16le", "UTF-16LE", " unicode ucs2 "},
    encoding{"utf-16be", "UTF-16BE", ""},
    encoding{"utf-32le", "UTF-32LE", ""},
    encoding{"utf-32be", "UTF-32BE", ""},
    encoding{"windows-1251", "CP1251", " cp1251 win1251 "},
    encoding{"windows-1252", "CP1252", " cp1252 win1252 ansi "},
    encoding{"koi8-r", "KOI8-R", ""},
    encoding{"koi8-u", "KOI8-U", ""},
    encoding{"macintosh", "MACINTOSH", " macroman xmacroman mac "},
    encoding{"windows-1250", "CP1250", " cp1250 win1250 "},
    encoding{"windows-1253", "CP1253", " cp1253 win1253 "},
    encoding{"windows-1254", "CP1254", " cp1254 win1254 "},
    encoding{"windows-1255", "CP1255", " cp1255 win1255 "},
    encoding{"windows-1256", "CP1256", " cp1256 win1256 "},
    encoding{"windows-1257", "CP1257", " cp1257 win1257 "},
    encoding{"windows-1258", "CP1258", " cp1258 win1258 "},
    encoding{"iso-8859-1", "ISO-8859-1", " latin1 l1 "},
    encoding{"iso-8859-2", "ISO-8859-2", " latin2 "},
    encoding{"iso-8859-5", "ISO-8859-5", " cyrillic "},
    encoding{"iso-8859-7", "ISO-8859-7", " greek "},
    encoding{"iso-8859-8", "ISO-8859-8", " hebrew "},
    encoding{"iso-8859-9", "ISO-8859-9", " latin5 "},
    encoding{"iso-8859-15", "ISO-8859-15", " latin9 "},
    encoding{"ibm866", "CP866", " cp866 dos866 "},
    encoding{"ibm850", "CP850", " cp850 "},
    encoding{"ibm852", "CP852", " cp852 "},
    encoding{"x-mac-cyrillic", "MAC-CYRILLIC", " maccyrillic "},
    encoding{"tis-620", "TIS-620", " windows874 "},
    encoding{"shift_jis", "CP932", " sjis cp932 windows31j "},
    encoding{"euc-jp", "EUC-JP", ""},
    encoding{"euc-kr", "CP949", " cp949 uhc "},
    encoding{"gb18030", "GB18030", " gbk gb2312 cp936 "},
    encoding{"big5", "BIG5", " cp950 "},
};

/// Letters and digits, in lower case.
std::string plain(std::string_view name) {
  std::string made;
  for (const auto one : name)
    if (one >= 'A' && one <= 'Z')
      made.push_back(static_cast<char>(one - 'A' + 'a'));
    else if ((one >= 'a' && one <= 'z') || (one >= '0' && one <= '9'))
      made.push_back(one);
  return made;
}

bool is_high(char one) {
  return static_cast<unsigned char>(one) >= 0x80;
}

// -- judging by letters -----------------------------------------------------------------------------------

constexpr char32_t no_character = 0xFFFFFFFF;
using high_half = std::array<char32_t, 128>; ///< what the bytes from 0x80 stand for

high_half high_half_of(const char* iconv_name) {
  high_half all;
  all.fill(no_character);
  auto* const converter = iconv_open("UTF-32LE", iconv_name);
  if (converter == reinterpret_cast<iconv_t>(-1))
    return all;
  for (std::size_t at = 0; at < all.size(); ++at) {
    auto byte = static_cast<char>(0x80 + at);
    char* from = &byte;
    std::size_t from_bytes = 1;
    std::array<char, 4> made{};
    char* to = made.data();
    std::size_t to_bytes = made.size();
    iconv(converter, nullptr, nullptr, nullptr, nullptr);
    if (iconv(converter, &from, &from_bytes, &to, &to_bytes) == static_cast<std::size_t>(-1) || to_bytes != 0)
      continue;
    const auto part = [&](std::size_t index) {
      return char32_t{static_cast<unsigned char>(made[index])} << (8 * index);
    };
    all[at] = part(0) | part(1) | part(2) | part(3);
  }
  iconv_close(converter);
  return all;
}

enum class script : std::uint8_t { none, latin, cyrillic };

struct letter_traits {
  int weight = 0; ///< how usual, 10 at most; of what is no letter, how likely it is in a list
  script of = script::none;
  bool is_upper = false;
  bool is_apostrophe = false;
  bool is_dash = false;
  bool is_symbol = false; ///< that no letter follows: ©, € …
};

/// Russian's letters by how often they come, then those of its neighbours.
constexpr std::array<std::pair<std::u32string_view, int>, 15> usual_letters{{{U"оеаи", 10},
                                                                             {U"нтср", 9},
                                                                             {U"влкм", 8},
                                                                             {U"дпуя", 7},
                                                                             {U"ыьгзбйі", 5},
                                                                             {U"чхжшї", 4},
                                                                             {U"юцщэфєў", 3},
                                                                             {U"ъёґ", 2},
                                                                             {U"é", 9},
                                                                             {U"áíóüöä", 8},
                                                                             {U"èñçãß", 7},
                                                                             {U"łščžřěąęşğı", 6},
                                                                             {U"àúåøêëïôõőāēīū", 5},
                                                                             {U"ýżśćńůűâîûæœășțţ", 4},
                                                                             {U"ďťťňźòùìðđģķļņ", 3}}};

char32_t lower_of(char32_t point) {
  if ((point >= U'А' && point <= U'Я') || (point >= 0xC0 && point <= 0xDE && point != 0xD7))
    return point + 0x20;
  if (point >= 0x400 && point <= 0x40F)
    return point + 0x50;
  if (point == 0x178)
    return 0xFF;
  if (point == 0x490)
    return 0x491;
  const auto is_pair_from_odd = (point >= 0x139 && point <= 0x148) || (point >= 0x179 && point <= 0x17E);
  if (is_pair_from_odd)
    return point % 2 == 1 ? point + 1 : point;
  if (point >= 0x100 && point <= 0x177)
    return point % 2 == 0 ? point + 1 : point;
  if (point >= 0x218 && point <= 0x21B)
    return point % 2 == 0 ? point + 1 : point;
  return point;
}

letter_traits traits_of(char32_t point) {
  constexpr int impossible = -30;
  constexpr int strange = -8;
  if (point == no_character || (point >= 0x80 && point < 0xA0))
    return {impossible, script::none, false};
  const auto is_cyrillic = point >= 0x400 && point <= 0x4FF;
  const auto is_latin = (point >= 0xC0 && point <= 0x24F && point != 0xD7 && point != 0xF7) || point == 0xDF;
  if (is_cyrillic || is_latin) {
    const auto lower = lower_of(point);
    auto weight = is_cyrillic ? -6 : 0;
    for (const auto& [letters, usual] : usual_letters)
      if (letters.find(lower) != std::u32string_view::npos)
        weight = usual;
    return {weight, is_cyrillic ? script::cyrillic : script::latin, lower != point};
  }
  constexpr std::u32string_view usual_signs = U"“”„‘’‚«»–—…№€£©®°§\u00A0·•";
  using namespace std::string_view_literals;
  const auto is_usual = usual_signs.find(point) != std::u32string_view::npos;
  return {is_usual ? 1 : strange,
          script::none,
          false,
          point == U'’',
          point == U'–' || point == U'—',
          U"№€£©®°§·•"sv.find(point) != std::u32string_view::npos};
}

/// How well a text reads in some encoding.
struct reading {
  long score = 0;
  long letters = 0; ///< beyond ASCII, and what is none and should be one
};

/// One of the encodings of a byte for each character that a text is tried in.
struct candidate {
  std::string_view name;
  std::array<letter_traits, 256> traits;

  explicit candidate(std::string_view called) : name(called) {
    const auto points = high_half_of(iconv_name_of(called));
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto is_upper = byte >= 'A' && byte <= 'Z';
      const auto is_letter = is_upper || (byte >= 'a' && byte <= 'z');
      traits[byte] = byte >= 0x80 ? traits_of(points[byte - 0x80])
                                  : letter_traits{0, is_letter ? script::latin : script::none, is_upper};
    }
  }

  /// How well the text reads in it.
  reading score(std::string_view text) const {
    constexpr int misplaced = 8;
    constexpr int accents_in_a_row = 6;
    constexpr int apostrophe_in_word = 9; // O’Brien: as usual as any accent
    constexpr int dash_in_word = -4;      // there it is a letter of another encoding
    reading found;
    letter_traits before{};
    auto is_before_high = false;
    for (const auto byte : text) {
      const auto& here = traits[static_cast<unsigned char>(byte)];
      const auto is_here_high = is_high(byte);
      const auto follows_letter = before.of != script::none;
      const auto are_letters = here.of != script::none && follows_letter;
      if (is_here_high) {
        found.score += here.is_apostrophe && follows_letter ? apostrophe_in_word
                       : here.is_dash && follows_letter     ? dash_in_word
                                                            : here.weight;
        found.letters += here.weight != 1 ? 1 : 0;
        // A strange sign beside a letter is no sign, but a letter of another encoding.
        if (here.weight < 0 && here.of == script::none && follows_letter)
          found.score -= misplaced;
        if (are_letters && is_before_high && here.of == script::latin)
          found.score -= accents_in_a_row;
      }
      if (before.is_symbol && here.of != script::none)
        found.score -= misplaced;
      if (are_letters && (is_here_high || is_before_high)) {
        const auto is_misplaced = here.of != before.of || (here.is_upper && !before.is_upper);
        found.score -= is_misplaced ? misplaced : 0;
      }
      before = here;
      is_before_high = is_here_high;
    }
    return found;
  }
};

/// In the order in which a tie is settled.
const std::vector<candidate>& candidates() {
  static const std::vector<candidate> all = [] {
    std::vector<candidate> made;
    for (const std::string_view name :
         {"windows-1252", "windows-1251", "koi8-r", "koi8-u", "macintosh", "windows-1250", "iso-8859-2",
          "windows-1254", "windows-1257", "ibm866", "iso-8859-5", "x-mac-cyrillic", "iso-8859-15"})
      made.emplace_back(name);
    return made;
  }();
  return all;
}

std::string_view asked_of_uchardet(std::string_view text) {
  const std::unique_ptr<uchardet, decltype(&uchardet_delete)> detector(uchardet_new(), uchardet_delete);
  if (!detector || uchardet_handle_data(detector.get(), text.data(), text.size()) != 0)
    return {};
  uchardet_data_end(detector.get());
  return encoding_named(uchardet_get_charset(detector.get())).value_or(std::string_view{});
}

struct utf8_balance {
  std::size_t good = 0;  ///< characters beyond ASCII
  std::size_t wrong = 0; ///< bytes that belong to none
};

utf8_balance balance_of(std::string_view text, bool is_whole) {
  constexpr std::size_t character_bytes_max = 4;
  utf8_balance found;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_high(text[at])) {
      ++at;
      continue;
    }
    const auto bytes = utf8_character_at(text, at).bytes;
    if (bytes == 0 && !is_whole && text.size() - at < character_bytes_max)
      break; // it may go on where the text was cut
    found.good += bytes > 0 ? 1U : 0U;
    found.wrong += bytes > 0 ? 0U : 1U;
    at += std::max<std::size_t>(bytes, 1);
  }
  return found;
}

} // namespace

std::optional<std::string_view> encoding_named(std::string_view name) {
  constexpr std::size_t name_bytes_max = 40;
  const auto wanted = plain(name.substr(0, name_bytes_max));
  if (wanted.empty())
    return std::nullopt;
  if (wanted == "utf16")
    return "utf-16le";
  for (const auto& one : encodings)
    if (plain(one.name) == wanted || one.others.find(" " + wanted + " ") != std::string_view::npos)
      return one.name;
  return std::nullopt;
}

std::string encoding_names() {
  std::string all;
  for (const auto& one : encodings)
    all.append(all.empty() ? "" : ", ").append(one.name);
  return all;
}

const char* iconv_name_of(std::string_view name) {
  const auto* const found = std::ranges::find(encodings, name, &encoding::name);
  return found == encodings.end() ? "UTF-8" : found->iconv_name;
}

std::size_t unit_bytes_of(std::string_view name) {
  return name.starts_with("utf-16") ? 2 : name.starts_with("utf-32") ? 4 : 1;
}

std::optional<byte_order_mark> byte_order_mark_of(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\xEF\xBB\xBF"sv))
    return byte_order_mark{"utf-8", 3};
  if (head.starts_with("\xFF\xFE\0\0"sv))
    return byte_order_mark{"utf-32le", 4};
  if (head.starts_with("\0\0\xFE\xFF"sv))
    return byte_order_mark{"utf-32be", 4};
  if (head.starts_with("\xFF\xFE"sv))
    return byte_order_mark{"utf-16le", 2};
  if (head.starts_with("\xFE\xFF"sv))
    return byte_order_mark{"utf-16be", 2};
  return std::nullopt;
}

std::string_view utf16_without_mark(std::string_view head) {
  constexpr unsigned char page_max = 5; // Latin, Greek and Cyrillic are the Unicode characters below U+0600
  constexpr std::size_t pairs_min = 2;
  const auto pairs = head.size() / 2;
  if (pairs < pairs_min || head.find('\0') == std::string_view::npos)
    return {};
  std::array<std::size_t, 2> low{};
  for (std::size_t at = 0; at < 2 * pairs; ++at)
    low[at % 2] += static_cast<unsigned char>(head[at]) <= page_max ? 1U : 0U;
  const auto are_pages = [&](std::size_t side) {
    return low[side] * 10 >= pairs * 9 && low[1 - side] * 10 <= pairs;
  };
  return are_pages(1) ? "utf-16le" : are_pages(0) ? "utf-16be" : std::string_view{};
}

std::string_view detect_encoding(std::string_view text, bool is_whole) {
  constexpr std::string_view utf8 = "utf-8";
  const auto balance = balance_of(text, is_whole);
  if (balance.wrong == 0 || balance.good >= balance.wrong)
    return utf8;
  constexpr long likely = 3; // a letter's weight, on average; less is chance
  std::map<std::string_view, long> scores;
  reading best_reading;
  auto best = utf8;
  for (const auto& one : candidates()) {
    const auto found = one.score(text);
    scores[one.name] = found.score;
    // Signs alone, quotation marks and no-break spaces, are Western by custom.
    const auto is_evidence = found.letters > 0 || one.name == "windows-1252";
    if (is_evidence && found.score > best_reading.score && found.score >= likely * found.letters) {
      best_reading = found;
      best = one.name;
    }
  }
  constexpr long surely = 6; // a letter's weight, on average, in a text of some language
  const auto second_opinion = asked_of_uchardet(text);
  if (second_opinion.empty() || second_opinion == best || second_opinion == utf8)
    return best;
  const auto known = scores.find(second_opinion);
  constexpr long letters_min = 8;
  const auto high = std::ranges::count_if(text, is_high);
  if (known == scores.end()) // Greek, Japanese …
    return best_reading.score < surely * best_reading.letters || (best == utf8 && high >= letters_min)
               ? second_opinion
               : best;
  return best != utf8 && known->second * 20 >= best_reading.score * 19 ? second_opinion : best;
}

} // namespace sluice
