#include "adapters/smtp/smtp_reply.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// How many bytes the UTF-8 sequence at the front of `text` has; 0 when it is not a valid one.
std::size_t utf8_length(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto first = at(0);
  const std::size_t length = first < 0x80                     ? 1
                             : first >= 0xC2 && first <= 0xDF ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || length > text.size())
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xC0U) != 0x80)
      return 0;
  const auto is_overlong = (first == 0xE0 && at(1) < 0xA0) || (first == 0xF0 && at(1) < 0x90);
  const auto is_out = (first == 0xED && at(1) >= 0xA0) || (first == 0xF4 && at(1) >= 0x90);
  return is_overlong || is_out ? 0 : length;
}

/// The enhanced code at the front of `text`: class 2, 4 or 5, then subject and detail of one to three digits.
std::string_view enhanced_code(std::string_view text) {
  if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5'))
    return {};
  std::size_t at = 1;
  for (auto part = 0; part < 2; ++part) {
    if (at >= text.size() || text[at] != '.')
      return {};
    const auto begin = ++at;
    while (at < text.size() && is_digit(text[at]))
      ++at;
    if (at == begin || at - begin > 3)
      return {};
  }
  return at == text.size() || text[at] == ' ' || text[at] == '\t' ? text.substr(0, at) : std::string_view{};
}

std::string_view without_leading_spaces(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

void append_clean(std::string& text, std::string_view more) {
  while (!more.empty() && text.size() < reply_text_bytes_max) {
    const auto length = utf8_length(more);
    const auto c = static_cast<unsigned char>(more[0]);
    // U+0080 to U+009F are control characters too: U+009B begins what a terminal carries out.
    const auto is_control =
        c < 0x20 || c == 0x7F || (length == 2 && c == 0xC2 && static_cast<unsigned char>(more[1]) < 0xA0);
    if (length == 0 || is_control) {
      text += length == 0 ? '?' : ' ';
      more.remove_prefix(length == 0 ? 1 : length);
      continue;
    }
    if (text.size() + length > reply_text_bytes_max)
      return;
    text += more.substr(0, length);
    more.remove_prefix(length);
  }
}

} // namespace

smtp_reply_parser::progress smtp_reply_parser::broken(const char* why) {
  fault_ = why;
  return progress::broken;
}

smtp_reply_parser::progress smtp_reply_parser::take(std::string_view& input) {
  while (!input.empty()) {
    const auto end = input.find('\n');
    if (end == std::string_view::npos) {
      if (line_.size() + input.size() > line_bytes_max)
        return broken("a reply line of more than 4 KiB");
      line_ += input;
      input = {};
      return progress::more;
    }
    auto line = input.substr(0, end);
    input.remove_prefix(end + 1);
    if (line_.size() + line.size() > line_bytes_max)
      return broken("a reply line of more than 4 KiB");
    progress done{};
    if (line_.empty()) {
      done = take_line(line);
    } else {
      line_ += line;
      const auto whole = std::exchange(line_, {});
      done = take_line(whole);
      if (done == progress::done && !reply_.text.empty()) {
        joined_.assign(reply_.text); // `whole` ends here
        reply_.text = joined_;
      }
    }
    if (done != progress::more)
      return done;
  }
  return progress::more;
}

smtp_reply_parser::progress smtp_reply_parser::take_line(std::string_view line) {
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  const auto has_code = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) &&
                        is_digit(line[2]) && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!has_code)
    return broken("something that is no SMTP reply");
  const auto code =
      static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
  const auto text = line.substr(std::min<std::size_t>(line.size(), 4));
  const auto is_last = line.size() == 3 || line[3] == ' ';
  if (!is_amid_reply_ && is_last) {
    reply_ = {code, text};
    return progress::done;
  }
  if (!is_amid_reply_) {
    is_amid_reply_ = true;
    code_ = code;
    joined_.clear();
  } else if (code != code_) {
    return broken("a reply whose lines have different codes");
  } else {
    joined_ += '\n';
  }
  if (joined_.size() + text.size() > reply_bytes_max)
    return broken("a reply of more than 64 KiB");
  joined_ += text;
  if (!is_last)
    return progress::more;
  is_amid_reply_ = false;
  reply_ = {code, joined_};
  return progress::done;
}

reply to_reply(const smtp_reply_view& view) {
  reply made;
  made.code = view.code;
  auto rest = view.text;
  while (true) {
    const auto end = rest.find('\n');
    auto line = without_leading_spaces(rest.substr(0, end));
    const auto enhanced = enhanced_code(line);
    if (!enhanced.empty() && enhanced[0] == static_cast<char>('0' + view.code / 100)) {
      if (made.enhanced.empty())
        made.enhanced = enhanced;
      if (made.enhanced == enhanced)
        line = without_leading_spaces(line.substr(enhanced.size()));
    }
    if (!made.text.empty() && !line.empty() && made.text.size() < reply_text_bytes_max)
      made.text += ' ';
    append_clean(made.text, line);
    if (end == std::string_view::npos)
      return made;
    rest.remove_prefix(end + 1);
  }
}

std::string to_words(const smtp_reply_view& view) {
  const auto made = to_reply(view);
  auto words = std::to_string(made.code);
  for (const auto* part : {&made.enhanced, &made.text})
    if (!part->empty())
      words += ' ' + *part;
  return words;
}

} // namespace sluice
