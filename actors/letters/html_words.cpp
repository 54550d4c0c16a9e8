#include "actors/letters/html_words.hpp"

#include "messages/lower_case.hpp"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <memory>

namespace sluice {

namespace {

constexpr std::string_view html_blanks = " \t\r\n\f";
/// What does not break a word; whatever else begins or ends, begins a line.
constexpr std::array<std::string_view, 40> inline_elements{
    "a",       "abbr",   "acronym", "b",    "bdi",  "bdo",  "big",  "cite",  "code",   "data",
    "del",     "dfn",    "em",      "font", "i",    "ins",  "kbd",  "mark",  "nobr",   "noscript",
    "picture", "q",      "rp",      "rt",   "ruby", "s",    "samp", "small", "source", "span",
    "strike",  "strong", "style",   "sub",  "sup",  "time", "tt",   "u",     "var",    "wbr"};
constexpr std::array<std::string_view, 3> cells{"td", "th", "img"};
constexpr std::array<std::string_view, 7> url_attributes{"href",       "src",  "action", "formaction",
                                                         "background", "cite", "data"};
constexpr std::array<std::string_view, 5> text_attributes{"alt", "title", "placeholder", "value",
                                                          "aria-label"};

template <std::size_t Count>
bool is_listed(std::string_view name, const std::array<std::string_view, Count>& names) {
  return std::ranges::find(names, name) != names.end();
}

bool is_html_blank(char one) {
  return html_blanks.find(one) != std::string_view::npos;
}

/// Text without tags, its character references taken back: what a parser makes of it is one text.
std::string without_references(const std::string& text) {
  if (text.find('&') == std::string::npos)
    return text;
  auto options = kGumboDefaultOptions;
  options.max_errors = 0;
  const auto destroy = [&options](GumboOutput* output) { gumbo_destroy_output(&options, output); };
  // Before the body a parser drops blanks, and a textarea takes everything as it is but for a first line end.
  const auto source = "<textarea>\n" + text;
  const std::unique_ptr<GumboOutput, decltype(destroy)> parsed(
      gumbo_parse_with_options(&options, source.data(), source.size()), destroy);
  const GumboNode* node = parsed ? parsed->root : nullptr;
  while (node && node->type == GUMBO_NODE_ELEMENT) {
    const auto& children = node->v.element.children;
    node = children.length > 0 ? static_cast<const GumboNode*>(children.data[children.length - 1]) : nullptr;
  }
  return node && (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE) ? node->v.text.text
                                                                                        : text;
}

class html_reader {
public:
  explicit html_reader(std::string_view from) : from_(from) {}

  html_words run() {
    while (at_ < from_.size())
      step();
    html_words made;
    made.text = without_references(text_);
    auto urls = without_references(urls_);
    for (std::size_t begin = 0; begin < urls.size();) {
      const auto end = std::min(urls.find('\n', begin), urls.size());
      if (end > begin)
        made.urls.push_back(urls.substr(begin, end - begin));
      begin = end + 1;
    }
    return made;
  }

private:
  void step() {
    const auto rest = from_.substr(at_);
    if (rest.front() != '<')
      return take_text();
    const auto next = rest.size() > 1 ? rest[1] : '\0';
    if (rest.starts_with("<!--"))
      take_comment();
    else if (next == '!' || next == '?')
      skip_to_end();
    else if (next == '/')
      take_tag(2);
    else if ((next | 0x20) >= 'a' && (next | 0x20) <= 'z')
      take_tag(1);
    else
      put_sign();
  }

  void put_sign() {
    text_.append("&lt;");
    ++at_;
  }

  /// Blanks are one space, as they are shown.
  void take_text() {
    const auto one = from_[at_++];
    if (!is_html_blank(one))
      text_.push_back(one);
    else if (!text_.empty() && text_.back() != ' ' && text_.back() != '\n')
      text_.push_back(' ');
  }

  void begin_line() {
    while (!text_.empty() && text_.back() == ' ')
      text_.pop_back();
    if (!text_.empty() && text_.back() != '\n')
      text_.push_back('\n');
  }

  /// What stands under a condition is there to be read by those that it is for.
  void take_comment() {
    const auto inner = from_.substr(at_ + 4);
    if (inner.starts_with('>') || inner.starts_with("->")) {
      at_ += 4 + inner.find('>') + 1;
      return;
    }
    if (inner.starts_with("[if") || inner.starts_with("[endif")) {
      at_ = std::min(from_.find('>', at_), from_.size() - 1) + 1;
      return;
    }
    const auto end = std::min(inner.find("-->"), inner.find("--!>"));
    at_ = end == std::string_view::npos ? from_.size() : at_ + 4 + inner.find('>', end) + 1;
  }

  void skip_to_end() { at_ = std::min(from_.find('>', at_), from_.size() - 1) + 1; }

  void take_tag(std::size_t name_at) {
    const auto is_end = name_at == 2;
    at_ += name_at;
    std::string name;
    while (at_ < from_.size() && !is_html_blank(from_[at_]) && from_[at_] != '>' && from_[at_] != '/')
      name.push_back(ascii_lower_case(from_[at_++]));
    take_attributes(is_end);
    if (!is_end && (name == "style" || name == "script"))
      return skip_content(name);
    if (is_listed(name, cells)) {
      if (!is_end && !text_.empty() && text_.back() != ' ' && text_.back() != '\n')
        text_.push_back(' ');
    } else if (!is_listed(name, inline_elements) && name.find(':') == std::string::npos) {
      begin_line();
    }
    if (!said_.empty()) {
      text_.append(said_).push_back(' ');
      said_.clear();
    }
  }

  void take_attributes(bool is_end) {
    while (at_ < from_.size() && from_[at_] != '>') {
      if (from_[at_] == '/' || from_[at_] == '=' || is_html_blank(from_[at_])) {
        ++at_;
        continue;
      }
      std::string name;
      while (at_ < from_.size() && from_[at_] != '>' && from_[at_] != '=' && from_[at_] != '/' &&
             !is_html_blank(from_[at_]))
        name.push_back(ascii_lower_case(from_[at_++]));
      skip_blanks();
      if (at_ >= from_.size() || from_[at_] != '=')
        continue;
      ++at_;
      skip_blanks();
      const auto value = take_value();
      if (is_end)
        continue;
      if (is_listed(name, url_attributes))
        add_line(urls_, value);
      else if (is_listed(name, text_attributes))
        add_line(said_, value);
    }
    at_ += at_ < from_.size() ? 1U : 0U;
  }

  static void add_line(std::string& to, std::string_view value) {
    if (!to.empty() && to.back() != '\n')
      to.push_back('\n');
    for (const auto one : value)
      if (one != '\n' && one != '\r' && one != '\t') // a URL is read without them
        to.push_back(one);
    to.push_back('\n');
  }

  void skip_blanks() {
    while (at_ < from_.size() && is_html_blank(from_[at_]))
      ++at_;
  }

  std::string_view take_value() {
    if (at_ < from_.size() && (from_[at_] == '"' || from_[at_] == '\'')) {
      const auto begin = at_ + 1;
      const auto end = std::min(from_.find(from_[at_], begin), from_.size());
      at_ = std::min(end + 1, from_.size());
      return from_.substr(begin, end - begin);
    }
    const auto begin = at_;
    while (at_ < from_.size() && from_[at_] != '>' && !is_html_blank(from_[at_]))
      ++at_;
    return from_.substr(begin, at_ - begin);
  }

  void skip_content(std::string_view name) {
    for (; at_ < from_.size(); ++at_) {
      const auto rest = from_.substr(at_);
      if (rest.starts_with("</") && rest.size() >= 2 + name.size() &&
          std::ranges::equal(rest.substr(2, name.size()), name, {}, ascii_lower_case))
        break;
    }
    skip_to_end_if_any();
  }

  void skip_to_end_if_any() {
    if (at_ < from_.size())
      skip_to_end();
  }

  std::string_view from_;
  std::size_t at_ = 0;
  std::string text_; ///< with character references
  std::string urls_; ///< each with a line end
  std::string said_; ///< by the attributes of the tag that is read
};

} // namespace

html_words words_of_html(std::string_view html) {
  return html_reader(html).run();
}

} // namespace sluice
