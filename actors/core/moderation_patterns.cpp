// std::regex as it comes is no tool for text of strangers: it recurses once a character and may take time
// exponential in the text. So the texts are looked at in short pieces, and with libstdc++'s other matcher
// (`__polynomial`), which does neither and in return knows no back-references. Wide characters, because
// case is folded character by character and bytes of UTF-8 are none.

#include "actors/core/moderation_patterns.hpp"

#include <algorithm>
#include <locale>
#include <regex>
#include <stdexcept>

namespace sluice {

namespace {

constexpr std::size_t piece_characters_max = 500;

/// UTF-8 to code points; what is no UTF-8 becomes U+FFFD, byte by byte.
std::wstring widened(std::string_view text) {
  std::wstring wide;
  wide.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (length == 0 || at + length > text.size()) {
      wide.push_back(0xFFFD);
      ++at;
      continue;
    }
    auto point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t next = 1; next < length; ++next)
      point = point << 6U | (static_cast<unsigned char>(text[at + next]) & 0x3FU);
    wide.push_back(static_cast<wchar_t>(point));
    at += length;
  }
  return wide;
}

std::string narrowed(std::wstring_view wide) {
  std::string text;
  const auto add = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
  for (const auto one : wide) {
    const auto point = static_cast<char32_t>(one);
    if (point < 0x80) {
      add(point);
      continue;
    }
    if (point < 0x800) {
      add(0xC0U | point >> 6U);
    } else {
      if (point < 0x10000) {
        add(0xE0U | point >> 12U);
      } else {
        add(0xF0U | point >> 18U);
        add(0x80U | (point >> 12U & 0x3FU));
      }
      add(0x80U | (point >> 6U & 0x3FU));
    }
    add(0x80U | (point & 0x3FU));
  }
  return text;
}

/// A locale that knows every script's upper and lower case; glibc has it built in. Elsewhere ASCII's it is.
const std::locale& folding_locale() {
  static const std::locale known = [] {
    try {
      return std::locale("C.UTF-8");
    } catch (const std::runtime_error&) {
      return std::locale::classic();
    }
  }();
  return known;
}

/// Throws std::regex_error.
std::wregex compiled(const std::string& pattern) {
  auto flags = std::regex_constants::ECMAScript | std::regex_constants::icase;
#ifdef __GLIBCXX__
  flags |= std::regex_constants::__polynomial;
#endif
  std::wregex made;
  made.imbue(folding_locale());
  made.assign(widened(pattern), flags);
  return made;
}

std::unexpected<error> useless(const std::string& pattern, const char* why) {
  return failure(error_code::invalid_input,
                 notice{"pattern_invalid", {{"pattern", pattern}, {"fault", why}}});
}

std::string find_in(const std::wregex& pattern, std::wstring_view text) {
  constexpr auto step = piece_characters_max - pattern_match_characters_max;
  for (std::size_t line = 0; line < text.size();) {
    const auto end = std::min(text.find(L'\n', line), text.size());
    for (auto begin = line; begin < end; begin += step) {
      const auto piece = text.substr(begin, std::min(end - begin, piece_characters_max));
      std::match_results<std::wstring_view::const_iterator> match;
      if (std::regex_search(piece.begin(), piece.end(), match, pattern) && match.length(0) > 0)
        return narrowed({match[0].first, match[0].second});
    }
    line = end + 1;
  }
  return {};
}

} // namespace

result<void> check_pattern_syntax(const std::string& pattern) {
  try {
    static_cast<void>(compiled(pattern));
  } catch (const std::exception& fault) {
    return useless(pattern, fault.what());
  }
  return {};
}

result<std::string> find_pattern(const std::string& pattern, std::span<const std::string_view> texts) {
  try {
    const auto expression = compiled(pattern);
    for (const auto text : texts)
      if (auto found = find_in(expression, widened(text.substr(0, pattern_text_bytes_max))); !found.empty())
        return found;
  } catch (const std::exception& fault) {
    return useless(pattern, fault.what());
  }
  return std::string{};
}

} // namespace sluice
