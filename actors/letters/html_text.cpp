#include "actors/letters/html_text.hpp"

#include "actors/letters/html_source.hpp"
#include "actors/letters/text_layout.hpp"
#include "messages/lower_case.hpp"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <span>
#include <utility>

namespace sluice {

namespace {

constexpr std::string_view no_break_space = "\xC2\xA0";
/// Shown as nothing: soft hyphen, combining grapheme joiner, zero width space, byte order mark.
constexpr std::array<std::string_view, 4> invisible{"\xC2\xAD", "\xCD\x8F", "\xE2\x80\x8B", "\xEF\xBB\xBF"};
constexpr std::size_t rule_columns = 40;

constexpr std::array paragraphs{
    GUMBO_TAG_P,  GUMBO_TAG_H1,     GUMBO_TAG_H2,         GUMBO_TAG_H3, GUMBO_TAG_H4,  GUMBO_TAG_H5,
    GUMBO_TAG_H6, GUMBO_TAG_TABLE,  GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_DL, GUMBO_TAG_PRE, GUMBO_TAG_UL,
    GUMBO_TAG_OL, GUMBO_TAG_FIGURE, GUMBO_TAG_FIELDSET,   GUMBO_TAG_HR, GUMBO_TAG_MENU};
constexpr std::array blocks{GUMBO_TAG_DIV,     GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE, GUMBO_TAG_HEADER,
                            GUMBO_TAG_FOOTER,  GUMBO_TAG_MAIN,    GUMBO_TAG_NAV,     GUMBO_TAG_ASIDE,
                            GUMBO_TAG_ADDRESS, GUMBO_TAG_CENTER,  GUMBO_TAG_LI,      GUMBO_TAG_DT,
                            GUMBO_TAG_DD,      GUMBO_TAG_TR,      GUMBO_TAG_CAPTION, GUMBO_TAG_FIGCAPTION,
                            GUMBO_TAG_FORM,    GUMBO_TAG_LEGEND,  GUMBO_TAG_DETAILS, GUMBO_TAG_SUMMARY,
                            GUMBO_TAG_TBODY,   GUMBO_TAG_THEAD,   GUMBO_TAG_TFOOT};

bool is_in(GumboTag tag, std::span<const GumboTag> tags) {
  return std::ranges::find(tags, tag) != tags.end();
}

std::string_view attribute_of(const GumboElement& element, const char* name) {
  const auto* const found = gumbo_get_attribute(&element.attributes, name);
  return found ? std::string_view{found->value} : std::string_view{};
}

/// Without blanks and in lower case, as a style's declarations can be looked for.
std::string packed(std::string_view text) {
  std::string lower;
  for (const auto one : text)
    if (one != ' ' && one != '\t' && one != '\r' && one != '\n')
      lower.push_back(ascii_lower_case(one));
  return lower;
}

bool is_hidden(const GumboElement& element) {
  if (gumbo_get_attribute(&element.attributes, "hidden"))
    return true;
  const auto style = packed(attribute_of(element, "style"));
  return style.find("display:none") != std::string::npos ||
         style.find("visibility:hidden") != std::string::npos ||
         style.find("mso-hide:all") != std::string::npos;
}

bool is_blank(char one) {
  return one == ' ' || (one >= '\t' && one <= '\r');
}

/// The next word, as it is written; the rest stays. Empty where blanks stand next.
std::string take_word(std::string_view& text) {
  std::string word;
  while (!text.empty() && !is_blank(text.front()) && !text.starts_with(no_break_space)) {
    const auto* const nothing =
        std::ranges::find_if(invisible, [&](auto one) { return text.starts_with(one); });
    if (nothing != invisible.end()) {
      text.remove_prefix(nothing->size());
      continue;
    }
    if (static_cast<unsigned char>(text.front()) >= 0x20 && text.front() != 0x7f)
      word.push_back(text.front());
    text.remove_prefix(1);
  }
  return word;
}

/// True when blanks stood there.
bool skip_blanks(std::string_view& text) {
  const auto before = text.size();
  while (!text.empty())
    if (is_blank(text.front()))
      text.remove_prefix(1);
    else if (text.starts_with(no_break_space))
      text.remove_prefix(no_break_space.size());
    else
      break;
  return text.size() < before;
}

/// What is there to read in an element, on one line.
struct read_text {
  std::string text;
  std::size_t columns = 0;
  bool has_sections = false;
  bool ends_blank = false;
};

class html_walker {
public:
  explicit html_walker(const html_source& from) : from_(from) {}

  std::string run(const GumboNode& root) {
    walk(root);
    return layout_.is_too_large() ? std::string{} : layout_.finish();
  }

private:
  void walk_children(const GumboVector& children) {
    for (unsigned at = 0; at < children.length && !layout_.is_too_large(); ++at)
      walk(*static_cast<const GumboNode*>(children.data[at]));
  }

  void walk(const GumboNode& node) {
    switch (node.type) {
    case GUMBO_NODE_DOCUMENT:
      walk_children(node.v.document.children);
      break;
    case GUMBO_NODE_ELEMENT:
    case GUMBO_NODE_TEMPLATE:
      walk_element(node.v.element);
      break;
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_CDATA:
    case GUMBO_NODE_WHITESPACE:
      if (hidden_ == 0)
        add_text(node.v.text.text);
      break;
    case GUMBO_NODE_COMMENT:
      add_tag(node.v.text.text);
      break;
    }
  }

  void add_tag(std::string_view comment) {
    const auto* const tag = from_.tag_of(comment);
    if (!tag)
      return;
    const auto text = text_of(*tag);
    if (tag->kind == mustache_tag::kind_type::section_end)
      layout_.close_section(text, tag->name);
    else if (tag->is_section())
      layout_.open_section(text, tag->name);
    else if (hidden_ == 0)
      layout_.add_value(text);
  }

  void add_text(std::string_view text) {
    if (is_pre_)
      return add_pre(text);
    while (!text.empty()) {
      if (skip_blanks(text))
        layout_.add_space();
      if (const auto word = take_word(text); !word.empty())
        layout_.add_text(word);
    }
  }

  void add_pre(std::string_view text) {
    while (!text.empty()) {
      const auto line = text.substr(0, text.find('\n'));
      std::string shown;
      std::ranges::copy_if(line, std::back_inserter(shown),
                           [](char one) { return static_cast<unsigned char>(one) >= 0x20 || one == '\t'; });
      if (!shown.empty())
        layout_.add_text(shown);
      text.remove_prefix(line.size());
      if (!text.empty()) {
        layout_.add_line_end();
        text.remove_prefix(1);
      }
    }
  }

  void walk_element(const GumboElement& element) {
    if (is_hidden(element)) {
      ++hidden_;
      walk_children(element.children);
      --hidden_;
      return;
    }
    if (hidden_ > 0) {
      walk_children(element.children);
      return;
    }
    const auto is_inner_list =
        list_depth_ > 0 && (element.tag == GUMBO_TAG_UL || element.tag == GUMBO_TAG_OL);
    const std::size_t line_ends = is_inner_list                    ? 1
                                  : is_in(element.tag, paragraphs) ? 2
                                  : is_in(element.tag, blocks)     ? 1
                                                                   : 0;
    if (line_ends > 0)
      layout_.add_break(line_ends);
    walk_known(element);
    if (line_ends > 0)
      layout_.add_break(line_ends);
  }

  void walk_known(const GumboElement& element) {
    switch (element.tag) {
    case GUMBO_TAG_BR:
      layout_.add_line_end();
      break;
    case GUMBO_TAG_HR:
      layout_.add_text(std::string(rule_columns, '-'));
      break;
    case GUMBO_TAG_IMG:
      add_marked(attribute_of(element, "alt"));
      break;
    case GUMBO_TAG_A:
      walk_link(element);
      break;
    case GUMBO_TAG_H1:
      walk_heading(element, '=');
      break;
    case GUMBO_TAG_H2:
      walk_heading(element, '-');
      break;
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
      walk_list(element);
      break;
    case GUMBO_TAG_LI:
      walk_item(element);
      break;
    case GUMBO_TAG_DD:
      walk_prefixed(element, "  ", "  ");
      break;
    case GUMBO_TAG_BLOCKQUOTE:
      walk_prefixed(element, "> ", "> ");
      break;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
      layout_.begin_cell();
      walk_children(element.children);
      break;
    case GUMBO_TAG_PRE: {
      const auto before = std::exchange(is_pre_, true);
      walk_children(element.children);
      is_pre_ = before;
      break;
    }
    default:
      walk_children(element.children);
    }
  }

  void walk_prefixed(const GumboElement& element, std::string first, std::string rest) {
    layout_.push_prefix(std::move(first), std::move(rest));
    walk_children(element.children);
    layout_.pop_prefix();
  }

  void walk_list(const GumboElement& element) {
    std::uint64_t first = 1;
    const auto start = attribute_of(element, "start");
    std::from_chars(start.data(), start.data() + start.size(), first);
    const auto before = std::exchange(next_number_, element.tag == GUMBO_TAG_OL ? first : 0);
    ++list_depth_;
    walk_children(element.children);
    --list_depth_;
    next_number_ = before;
  }

  void walk_item(const GumboElement& element) {
    const auto marker = next_number_ > 0 ? std::to_string(next_number_++) + ". " : std::string{"- "};
    walk_prefixed(element, marker, std::string(marker.size(), ' '));
  }

  void walk_heading(const GumboElement& element, char line) {
    walk_children(element.children);
    read_text read;
    read_children(element.children, read);
    if (read.has_sections || read.columns == 0)
      return;
    layout_.add_break(1);
    layout_.add_text(std::string(std::min(read.columns, text_columns_wanted), line));
  }

  void walk_link(const GumboElement& element) {
    walk_children(element.children);
    const auto url = url_of(element);
    if (url.empty())
      return;
    read_text read;
    read_children(element.children, read);
    const auto& text = read.text;
    if (text.empty()) {
      layout_.add_space();
      add_marked(url);
      layout_.add_space();
      return;
    }
    const auto is_said = text == url || text + "/" == url || "mailto:" + text == url || "tel:" + text == url;
    if (is_said)
      return;
    layout_.add_space();
    add_marked("<" + url + ">");
  }

  /// Empty for what leads nowhere from a text.
  std::string url_of(const GumboElement& element) const {
    std::string url;
    for (auto one = attribute_of(element, "href"); !one.empty(); one.remove_prefix(1))
      if (static_cast<unsigned char>(one.front()) > 0x20 && one.front() != 0x7f)
        url.push_back(one.front());
      else if (one.front() == ' ' && !url.empty())
        url.append("%20");
    while (url.ends_with("%20"))
      url.erase(url.size() - 3);
    const auto begin = packed(std::string_view{url}.substr(0, 11));
    for (const std::string_view scheme : {"#", "javascript:", "data:", "cid:"})
      if (begin.starts_with(scheme))
        return {};
    return from_.with_tags(url);
  }

  /// Text of an attribute, in which tags may stand: a word, or words. The tags stay whole.
  void add_marked(std::string_view marked) {
    const auto text = from_.with_tags(marked);
    const auto tags = tags_of(text);
    if (!tags)
      return;
    std::size_t at = 0;
    for (const auto& tag : *tags) {
      add_text(std::string_view{text}.substr(at, tag.begin - at));
      at = tag.end;
      if (tag.kind == mustache_tag::kind_type::section_end)
        layout_.close_section(text_of(tag), tag.name);
      else if (tag.is_section())
        layout_.open_section(text_of(tag), tag.name);
      else
        layout_.add_value(text_of(tag));
    }
    add_text(std::string_view{text}.substr(at));
  }

  void read_children(const GumboVector& children, read_text& into) const {
    for (unsigned at = 0; at < children.length; ++at) {
      const auto& node = *static_cast<const GumboNode*>(children.data[at]);
      if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE ||
          node.type == GUMBO_NODE_CDATA) {
        read_words(node.v.text.text, into);
      } else if (node.type == GUMBO_NODE_COMMENT) {
        if (const auto* const tag = from_.tag_of(node.v.text.text)) {
          into.has_sections = into.has_sections || tag->is_section();
          add_to(into, text_of(*tag), tag->is_section() ? 0 : value_columns_guess);
        }
      } else if (node.type == GUMBO_NODE_ELEMENT && !is_hidden(node.v.element)) {
        if (node.v.element.tag == GUMBO_TAG_IMG)
          read_words(from_.with_tags(attribute_of(node.v.element, "alt")), into);
        read_children(node.v.element.children, into);
      }
    }
  }

  static void read_words(std::string_view text, read_text& into) {
    while (!text.empty()) {
      into.ends_blank = skip_blanks(text) || into.ends_blank;
      if (const auto word = take_word(text); !word.empty())
        add_to(into, word, static_cast<std::size_t>(std::ranges::count_if(word, [](char one) {
                 return (static_cast<unsigned char>(one) & 0xC0U) != 0x80U;
               })));
    }
  }

  static void add_to(read_text& into, std::string_view word, std::size_t columns) {
    const auto is_apart = std::exchange(into.ends_blank, false) && !into.text.empty();
    into.text.append(is_apart ? " " : "").append(word);
    into.columns += columns + (is_apart ? 1U : 0U);
  }

  const html_source& from_;
  text_layout layout_;
  std::size_t hidden_ = 0; ///< elements around
  std::size_t list_depth_ = 0;
  std::uint64_t next_number_ = 0; ///< 0: the list has none
  bool is_pre_ = false;
};

} // namespace

std::string text_of_html(std::string_view html) {
  const auto plain = with_plain_tags(std::string{html});
  const auto source = prepare_html(plain);
  if (!source)
    return {};
  auto options = kGumboDefaultOptions;
  options.max_errors = 0;
  const auto destroy = [&options](GumboOutput* output) { gumbo_destroy_output(&options, output); };
  const std::unique_ptr<GumboOutput, decltype(destroy)> parsed(
      gumbo_parse_with_options(&options, source->html.data(), source->html.size()), destroy);
  if (!parsed)
    return {};
  return html_walker(*source).run(*parsed->document);
}

} // namespace sluice
