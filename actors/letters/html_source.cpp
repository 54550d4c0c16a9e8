#include "actors/letters/html_source.hpp"

#include "actors/letters/html_text.hpp"
#include "messages/lower_case.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace sluice {

namespace {

// Noncharacter-like ends of the private use area: U+F8FC, the number, U+F8FD.
constexpr std::string_view placeholder_begin = "\xEF\xA3\xBC";
constexpr std::string_view placeholder_end = "\xEF\xA3\xBD";
constexpr std::string_view blanks = " \t\r\n\f";

// What stands in them is no text to read.
constexpr std::array<std::string_view, 14> dropped_with_content{
    "style",    "script",   "textarea", "title", "xmp",    "iframe", "noembed",
    "noframes", "template", "svg",      "math",  "select", "audio",  "video"};
// They say nothing about the text, and a parser would place them itself.
constexpr std::array<std::string_view, 13> dropped{"html",   "head",  "body",     "meta",     "link",
                                                   "base",   "input", "frame",    "frameset", "param",
                                                   "source", "track", "plaintext"};
// Formatting elements, which HTML opens again in each block until they are closed.
constexpr std::array<std::string_view, 14> formatting{"b", "big",   "code",   "em",     "font", "i", "nobr",
                                                      "s", "small", "strike", "strong", "tt",   "u", "mark"};
// They end by themselves where another begins, or have no content.
constexpr std::array<std::string_view, 28> never_nested{
    "p",      "li",       "td",      "th",     "tr",    "tbody",   "thead",   "tfoot", "dt",   "dd",
    "option", "optgroup", "rp",      "rt",     "br",    "hr",      "img",     "wbr",   "area", "col",
    "embed",  "colgroup", "caption", "keygen", "image", "bgsound", "command", "a"};
constexpr std::array<std::string_view, 7> kept_attributes{"href",  "alt",      "style", "hidden",
                                                          "start", "reversed", "type"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

bool is_letter(char one) {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z');
}

/// Goes through an HTML template once, by the rules of HTML's tokenizer as far as they matter here.
class html_preparer {
public:
  html_preparer(std::string_view from, std::vector<mustache_tag> tags) : from_(from) {
    into_.tags = std::move(tags);
    into_.html.reserve(from.size() + 64);
  }

  std::optional<html_source> run() {
    into_.html = "<!doctype html><html><body>";
    while (at_ < from_.size() && !is_too_deep_) {
      if (is_tag())
        put_tag(true);
      else if (from_.substr(at_).starts_with("<!--"))
        skip_comment("-->", 4);
      else if (from_.substr(at_).starts_with("<!") || from_.substr(at_).starts_with("<?"))
        skip_comment(">", 2);
      else if (from_[at_] == '<' && at_ + 1 < from_.size() && is_letter(from_[at_ + 1]))
        take_start();
      else if (from_[at_] == '<' && at_ + 2 < from_.size() && from_[at_ + 1] == '/' &&
               is_letter(from_[at_ + 2]))
        take_end();
      else
        into_.html.push_back(from_[at_] == '\0' ? ' ' : from_[at_]), ++at_;
    }
    if (is_too_deep_)
      return std::nullopt;
    return std::move(into_);
  }

private:
  bool is_tag() const { return next_ < into_.tags.size() && into_.tags[next_].begin == at_; }

  const mustache_tag& pass_tag() {
    const auto& tag = into_.tags[next_++];
    at_ = tag.end;
    return tag;
  }

  void put_tag(bool with_values) {
    const auto number = next_;
    const auto& tag = pass_tag();
    using kind = mustache_tag::kind_type;
    const auto is_value = tag.kind == kind::value || tag.kind == kind::raw_value;
    if (tag.is_section() || (is_value && with_values))
      into_.html.append("<!--").append(std::to_string(number)).append("-->");
  }

  /// Sections may stand in comments of HTML: Mustache knows none.
  void skip_comment(std::string_view end, std::size_t begin_bytes) {
    at_ += begin_bytes;
    while (at_ < from_.size()) {
      if (is_tag()) {
        put_tag(false);
      } else if (from_.substr(at_).starts_with(end)) {
        at_ += end.size();
        return;
      } else {
        ++at_;
      }
    }
  }

  std::string take_name() {
    std::string name;
    while (at_ < from_.size() && !is_tag() && from_[at_] != '>' && from_[at_] != '/' &&
           blanks.find(from_[at_]) == std::string_view::npos)
      name.push_back(ascii_lower_case(from_[at_++]));
    return name;
  }

  void take_end() {
    at_ += 2;
    const auto name = take_name();
    while (at_ < from_.size() && from_[at_] != '>')
      if (is_tag())
        pass_tag();
      else
        ++at_;
    at_ += at_ < from_.size() ? 1U : 0U;
    if (is_one_of(name, dropped) || is_one_of(name, dropped_with_content))
      return;
    const auto known = is_one_of(name, formatting) ? std::string{"span"} : name;
    if (const auto open = std::find(open_.rbegin(), open_.rend(), known); open != open_.rend())
      open_.erase(std::next(open).base());
    into_.html.append("</").append(known).append(">");
  }

  void take_start() {
    ++at_;
    const auto name = take_name();
    const auto attributes = take_attributes();
    if (is_one_of(name, dropped_with_content)) {
      skip_content(name);
      return;
    }
    if (is_one_of(name, dropped))
      return;
    const auto known = is_one_of(name, formatting) ? std::string{"span"} : name;
    into_.html.append("<").append(known).append(attributes).append(">");
    if (!is_one_of(known, never_nested)) {
      open_.push_back(known);
      is_too_deep_ = open_.size() > html_depth_max;
    }
  }

  /// Up to behind the > of a start tag.
  std::string take_attributes() {
    std::string kept;
    while (at_ < from_.size() && from_[at_] != '>') {
      if (is_tag()) {
        pass_tag();
        continue;
      }
      if (from_[at_] == '/' || from_[at_] == '=' || blanks.find(from_[at_]) != std::string_view::npos) {
        ++at_;
        continue;
      }
      std::string name;
      while (at_ < from_.size() && !is_tag() && from_[at_] != '>' && from_[at_] != '=' && from_[at_] != '/' &&
             blanks.find(from_[at_]) == std::string_view::npos)
        name.push_back(ascii_lower_case(from_[at_++]));
      skip_blanks();
      std::string value;
      if (at_ < from_.size() && from_[at_] == '=') {
        ++at_;
        skip_blanks();
        value = take_value();
      }
      if (is_one_of(name, kept_attributes))
        kept.append(" ").append(name).append("=\"").append(value).append("\"");
    }
    at_ += at_ < from_.size() ? 1U : 0U;
    return kept;
  }

  void skip_blanks() {
    while (at_ < from_.size() && !is_tag() && blanks.find(from_[at_]) != std::string_view::npos)
      ++at_;
  }

  std::string take_value() {
    std::string value;
    auto quote = '\0';
    if (at_ < from_.size() && !is_tag() && (from_[at_] == '"' || from_[at_] == '\''))
      quote = from_[at_++];
    while (at_ < from_.size()) {
      if (is_tag()) {
        const auto number = next_;
        if (pass_tag().kind != mustache_tag::kind_type::comment)
          value.append(placeholder_begin).append(std::to_string(number)).append(placeholder_end);
        continue;
      }
      const auto one = from_[at_];
      if (quote == '\0' ? one == '>' || blanks.find(one) != std::string_view::npos : one == quote)
        break;
      if (one == '"')
        value.append("&quot;");
      else if (one != '\0')
        value.push_back(one);
      ++at_;
    }
    at_ += quote != '\0' && at_ < from_.size() ? 1U : 0U;
    return value;
  }

  void skip_content(std::string_view name) {
    const auto ends_here = [&] {
      const auto rest = from_.substr(at_);
      return rest.starts_with("</") && rest.size() > 2 + name.size() &&
             std::ranges::equal(rest.substr(2, name.size()), name, {}, ascii_lower_case) &&
             (rest[2 + name.size()] == '>' || rest[2 + name.size()] == '/' ||
              blanks.find(rest[2 + name.size()]) != std::string_view::npos);
    };
    while (at_ < from_.size() && !ends_here())
      if (is_tag())
        put_tag(false);
      else
        ++at_;
    while (at_ < from_.size() && from_[at_] != '>')
      ++at_;
    at_ += at_ < from_.size() ? 1U : 0U;
  }

  std::string_view from_;
  std::size_t at_ = 0;
  std::size_t next_ = 0; ///< tag
  html_source into_;
  std::vector<std::string> open_; ///< elements
  bool is_too_deep_ = false;
};

} // namespace

const mustache_tag* html_source::tag_of(std::string_view comment) const {
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(comment.data(), comment.data() + comment.size(), number);
  return problem == std::errc{} && end == comment.data() + comment.size() && number < tags.size()
             ? &tags[number]
             : nullptr;
}

std::string html_source::with_tags(std::string_view attribute) const {
  std::string text;
  for (auto at = attribute.find(placeholder_begin); at != std::string_view::npos;
       at = attribute.find(placeholder_begin)) {
    text.append(attribute.substr(0, at));
    attribute.remove_prefix(at + placeholder_begin.size());
    const auto end = attribute.find(placeholder_end);
    const auto* const tag = end == std::string_view::npos ? nullptr : tag_of(attribute.substr(0, end));
    if (!tag)
      continue;
    text.append(text_of(*tag));
    attribute.remove_prefix(end + placeholder_end.size());
  }
  return text.append(attribute);
}

std::optional<html_source> prepare_html(std::string_view html) {
  auto tags = tags_of(html);
  if (!tags)
    return std::nullopt;
  return html_preparer(html, std::move(*tags)).run();
}

} // namespace sluice
