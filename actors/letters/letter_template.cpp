// kainjow's parser reads the Mustache; what it gives is put into a flat list of steps here, since its own
// renderer asks for an object of the recipient and walks word by word, which costs many times a letter's
// budget.

#include "actors/letters/letter_template.hpp"

#include "actors/letters/mustache_tags.hpp"
#include "messages/address.hpp"
#include "messages/blanks.hpp"

#include <kainjow/mustache.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <optional>

namespace sluice {

namespace {

using component = kainjow::mustache::component<std::string>;
using kainjow::mustache::tag_type;

constexpr std::uint32_t absent = static_cast<std::uint32_t>(-1);

std::unexpected<error>
template_fault(std::string_view name, std::string_view text, std::size_t position, notice what) {
  const auto before = text.substr(0, std::min(position, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  what.add({"field", name}).add({"line", line});
  return failure(error_code::template_failed, std::move(what));
}

/// Where sections are nested deeper than template_depth_max. The parser and its tree work recursively, so a
/// template is walked through in a loop first, tag by tag and by the parser's rules.
std::optional<std::size_t> find_too_deep(std::string_view text) {
  std::string open = "{{";
  std::string close = "}}";
  std::size_t depth = 0;
  for (auto at = text.find(open); at != std::string_view::npos; at = text.find(open, at)) {
    const auto inside = at + open.size();
    const auto is_triple = open == "{{" && close == "}}" && text.substr(inside).starts_with('{');
    const std::string_view closing = is_triple ? std::string_view{"}}}"} : std::string_view{close};
    const auto end = text.find(closing, inside + (is_triple ? 1 : 0));
    if (end == std::string_view::npos)
      return std::nullopt; // the parser says what is wrong
    const auto tag = without_blanks(text.substr(inside, end - inside));
    const auto next = end + closing.size();
    if (!is_triple && (tag.starts_with('#') || tag.starts_with('^'))) {
      if (++depth > template_depth_max)
        return at;
    } else if (!is_triple && tag.starts_with('/')) {
      if (depth-- == 0)
        return std::nullopt;
    } else if (!is_triple && tag.starts_with('=')) {
      const auto both = without_blanks(tag.substr(1, tag.size() > 1 ? tag.size() - 2 : 0));
      const auto blank = both.find(' ');
      if (tag.size() < 5 || blank == std::string_view::npos)
        return std::nullopt;
      open = both.substr(0, blank);
      close = without_blanks(both.substr(blank));
    }
    at = next;
  }
  return std::nullopt;
}

/// What editors and office programs put between braces and names, none of which anybody sees.
struct unseen_blank {
  std::string_view octets;
  bool has_width = true; ///< a space takes its place
};
constexpr auto unseen_blanks = std::to_array<unseen_blank>({{"&nbsp;"},
                                                            {"&#160;"},
                                                            {"\xC2\xA0"},
                                                            {"\xE2\x80\x82"},
                                                            {"\xE2\x80\x83"},
                                                            {"\xE2\x80\x87"},
                                                            {"\xE2\x80\x89"},
                                                            {"\xE2\x80\xAF"},
                                                            {"\xE3\x80\x80"},
                                                            {"\xE2\x80\x8B", false},
                                                            {"\xE2\x80\x8C", false},
                                                            {"\xE2\x80\x8D", false},
                                                            {"\xE2\x80\x8E", false},
                                                            {"\xE2\x80\x8F", false},
                                                            {"\xE2\x81\xA0", false},
                                                            {"\xEF\xBB\xBF", false},
                                                            {"\xC2\xAD", false}});

std::string with_plain_blanks(std::string_view tag) {
  std::string plain;
  while (!tag.empty()) {
    const auto found = std::ranges::find_if(
        unseen_blanks, [tag](const unseen_blank& one) { return tag.starts_with(one.octets); });
    if (found == unseen_blanks.end()) {
      plain.push_back(tag.front());
      tag.remove_prefix(1);
      continue;
    }
    if (found->has_width)
      plain.push_back(' ');
    tag.remove_prefix(found->octets.size());
  }
  return plain;
}

} // namespace

std::string with_plain_tags(const std::string& text) {
  const auto has_unseen = std::ranges::any_of(
      unseen_blanks, [&](const unseen_blank& one) { return text.find(one.octets) != std::string::npos; });
  if (!has_unseen || text.find("{{=") != std::string::npos)
    return text;
  std::string plain;
  for (std::string_view rest = text; !rest.empty();) {
    const auto open = std::min(rest.find("{{"), rest.size());
    plain.append(rest.substr(0, open));
    rest.remove_prefix(open);
    const auto close = rest.find("}}");
    const auto tag = rest.substr(0, close);
    const auto is_comment = tag.starts_with("{{!");
    plain.append(is_comment || close == std::string_view::npos ? std::string{tag} : with_plain_blanks(tag));
    rest.remove_prefix(tag.size());
    if (close != std::string_view::npos) {
      plain.append("}}");
      rest.remove_prefix(2);
    }
  }
  return plain;
}

namespace {

/// The parser's words as a notice.
notice notice_of_parser(const std::string& words) {
  if (words == "Unclosed tag")
    return notice{"template_tag_unclosed"};
  if (words == "Invalid set delimiter tag")
    return notice{"template_delimiters_wrong"};
  for (const auto& [beginning, code] :
       {std::pair<std::string_view, std::string_view>{"Unopened section \"", "template_section_unopened"},
        {"Unclosed section \"", "template_section_unclosed"}})
    if (words.starts_with(beginning) && words.ends_with('"'))
      return notice{code, {{"section", words.substr(beginning.size(), words.size() - beginning.size() - 1)}}};
  return notice{"template_fault", {{"fault", words}}};
}

/// "Unclosed tag at 12" → the words and the place.
std::pair<std::string, std::size_t> split_fault(const std::string& message) {
  const auto at = message.rfind(" at ");
  std::size_t position = 0;
  if (at == std::string::npos)
    return {message, 0};
  std::from_chars(message.data() + at + 4, message.data() + message.size(), position);
  return {message.substr(0, at), position};
}

bool is_unreserved(unsigned char one) {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') ||
         one == '-' || one == '.' || one == '_' || one == '~';
}

using character_set = std::array<bool, 256>;

constexpr character_set set_of(std::string_view characters) {
  character_set set{};
  for (const auto one : characters)
    set[static_cast<unsigned char>(one)] = true;
  return set;
}

constexpr auto line_ends = set_of("\r\n");
constexpr auto html_special = set_of("&<>\"'\r\n");

bool has_any(std::string_view value, const character_set& of) {
  return std::ranges::any_of(value, [&of](char one) { return of[static_cast<unsigned char>(one)]; });
}

/// Copies `value`, with what is in `special` replaced by what `replace(at)` appends; it returns the place
/// behind what it replaced.
template <class Replace>
void append_replacing(std::string& to,
                      std::string_view value,
                      const character_set& special,
                      Replace&& replace) {
  std::size_t copied = 0;
  for (std::size_t at = 0; at < value.size();) {
    if (!special[static_cast<unsigned char>(value[at])]) {
      ++at;
      continue;
    }
    to.append(value, copied, at - copied);
    at = replace(at);
    copied = at;
  }
  to.append(value, copied);
}

std::size_t append_line_end(std::string& to, std::string_view value, std::size_t at) {
  to.append("\r\n");
  return at + (value.substr(at).starts_with("\r\n") ? 2 : 1);
}

void append_with_crlf(std::string& to, std::string_view value) {
  append_replacing(to, value, line_ends, [&](std::size_t at) { return append_line_end(to, value, at); });
}

std::string_view html_reference(char one) {
  switch (one) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  default:
    return "&#39;";
  }
}

void append_html(std::string& to, std::string_view value) {
  append_replacing(to, value, html_special, [&](std::size_t at) {
    if (value[at] == '\r' || value[at] == '\n')
      return append_line_end(to, value, at);
    to.append(html_reference(value[at]));
    return at + 1;
  });
}

void append_percent(std::string& to, std::string_view value) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  for (const auto one : value) {
    const auto byte = static_cast<unsigned char>(one);
    if (is_unreserved(byte))
      to.push_back(one);
    else
      to.append({'%', digits[byte >> 4U], digits[byte & 0x0fU]});
  }
}

void append_plain(std::string& to, std::string_view value, template_lines lines) {
  if (lines == template_lines::crlf)
    append_with_crlf(to, value);
  else
    to.append(value);
}

/// The parsed tree as a list in the order of the text.
struct parsed_piece {
  enum kind_type : std::uint8_t { text, line_end, value, raw_value, begin, begin_inverted, end, nothing };
  kind_type kind = text;
  const component* from = nullptr;
};

void flatten(const component& parent, std::vector<parsed_piece>& to) {
  for (const auto& child : parent.children) {
    switch (child.tag.type) {
    case tag_type::text:
      to.push_back({child.is_newline() ? parsed_piece::line_end : parsed_piece::text, &child});
      break;
    case tag_type::variable:
      to.push_back({parsed_piece::value, &child});
      break;
    case tag_type::unescaped_variable:
      to.push_back({parsed_piece::raw_value, &child});
      break;
    case tag_type::section_begin:
    case tag_type::section_begin_inverted:
      to.push_back(
          {child.tag.type == tag_type::section_begin ? parsed_piece::begin : parsed_piece::begin_inverted,
           &child});
      flatten(child, to);
      to.push_back({parsed_piece::end, &child});
      break;
    default: // comments and delimiters; partials were refused before
      to.push_back({parsed_piece::nothing, &child});
    }
  }
}

bool is_blank(const parsed_piece& one) {
  return one.kind == parsed_piece::text && one.from->text.find_first_not_of(" \t") == std::string::npos;
}

bool prints(const parsed_piece& one) {
  return one.kind == parsed_piece::value || one.kind == parsed_piece::raw_value ||
         (one.kind == parsed_piece::text && !is_blank(one));
}

/// Takes the blanks and the line end out of lines that hold only tags that print nothing.
void drop_bare_lines(std::vector<parsed_piece>& pieces) {
  std::vector<parsed_piece> kept;
  kept.reserve(pieces.size());
  for (auto begin = pieces.begin(); begin != pieces.end();) {
    auto end = std::find_if(begin, pieces.end(),
                            [](const parsed_piece& one) { return one.kind == parsed_piece::line_end; });
    if (end != pieces.end())
      ++end;
    const auto has_tag = std::any_of(begin, end, [](const parsed_piece& one) {
      return one.kind != parsed_piece::text && one.kind != parsed_piece::line_end;
    });
    const auto is_bare = has_tag && std::none_of(begin, end, prints);
    std::copy_if(begin, end, std::back_inserter(kept), [&](const parsed_piece& one) {
      return !is_bare || (one.kind != parsed_piece::text && one.kind != parsed_piece::line_end);
    });
    begin = end;
  }
  pieces = std::move(kept);
}

/// Why a tag is none of ours; empty: it is.
notice fault_in_tag(const component& one, std::span<const std::string> columns) {
  const auto& name = one.tag.name;
  const auto is_section =
      one.tag.type == tag_type::section_begin || one.tag.type == tag_type::section_begin_inverted;
  if (one.tag.type == tag_type::partial)
    return notice{"template_partial", {{"name", name}}};
  if (one.tag.type == tag_type::text || one.tag.type == tag_type::comment ||
      one.tag.type == tag_type::set_delimiter)
    return {};
  if (name.empty())
    return notice{"template_tag_nameless"};
  if (std::ranges::find(columns, name) != columns.end())
    return {};
  if (name.front() == '<' || name.front() == '$' || name.front() == '*')
    return notice{"template_inheritance", {{"name", name}}};
  const auto is_helper = is_section && (name.starts_with("if ") || name.starts_with("unless ") ||
                                        name.starts_with("each ") || name.starts_with("with "));
  if (is_helper || (!is_section && name == "else"))
    return notice{"template_handlebars", {{"name", (is_section ? "#" : "") + name}}};
  return {};
}

} // namespace

bool is_false(std::string_view value) {
  static constexpr std::string_view word = "false";
  return value.empty() ||
         (value.size() == word.size() && std::ranges::equal(value, word, [](char one, char other) {
            return one == other || (one >= 'A' && one <= 'Z' && one - 'A' + 'a' == other);
          }));
}

bool needs_escaping(std::string_view value, template_style style) {
  switch (style.escaping) {
  case value_escaping::html:
    return has_any(value, html_special);
  case value_escaping::percent:
    return !std::ranges::all_of(value,
                                [](char one) { return is_unreserved(static_cast<unsigned char>(one)); });
  default:
    return style.lines == template_lines::crlf && has_any(value, line_ends);
  }
}

void append_escaped(std::string& to, std::string_view value, template_style style) {
  switch (style.escaping) {
  case value_escaping::html:
    append_html(to, value);
    break;
  case value_escaping::percent:
    append_percent(to, value);
    break;
  case value_escaping::none:
    append_plain(to, value, style.lines);
    break;
  }
}

/// A template for the parser. It makes a node of each word and of each blank, a hundred times the text: here a line's text
/// between its tags is one character, and what that stands for is kept beside. Where a line begins, where it ends, and
/// whether it prints something is as before.
class short_template {
public:
  explicit short_template(std::string_view text) {
    // Delimiters of a template's own are rare, and so is the character.
    if (text.find(stand_in) != std::string_view::npos || text.find("{{=") != std::string_view::npos) {
      text_ = text;
      return;
    }
    for (std::size_t at = 0; at < text.size();) {
      const auto open = std::min(text.find("{{", at), text.size());
      shorten(text.substr(at, open - at));
      const std::string_view closing = text.substr(open).starts_with("{{{") ? "}}}" : "}}";
      const auto close = text.find(closing, open);
      at = close == std::string_view::npos ? text.size() : close + closing.size();
      text_.append(text.substr(open, at - open));
    }
  }

  const std::string& text() const { return text_; }

  /// Where something stands in the template itself.
  std::size_t position(std::size_t in_text) const {
    auto at = in_text;
    for (const auto& one : runs_)
      if (one.at < in_text)
        at += one.text.size() - 1;
    return at;
  }

  /// Calls `take` with the parts of a piece of the text as they stand in the template. Pieces come in their order.
  template <class Take>
  void expand(std::string_view piece, Take&& take) {
    for (auto at = piece.find(stand_in); at != std::string_view::npos && next_ < runs_.size();
         at = piece.find(stand_in)) {
      take(piece.substr(0, at));
      take(runs_[next_++].text);
      piece.remove_prefix(at + 1);
    }
    take(piece);
  }

private:
  static constexpr char stand_in = '\x01';
  static constexpr std::size_t run_bytes_min = 8;

  struct run {
    std::size_t at; ///< of what stands for it
    std::string_view text;
  };

  void shorten(std::string_view text) {
    while (!text.empty()) {
      const auto line = text.substr(0, text.find_first_of("\r\n"));
      if (line.size() < run_bytes_min || line.find_first_not_of(" \t") == std::string_view::npos) {
        text_.append(line);
      } else {
        runs_.push_back({text_.size(), line});
        text_.push_back(stand_in);
      }
      text.remove_prefix(line.size());
      const auto next_line = std::min(text.find_first_not_of("\r\n"), text.size());
      text_.append(text.substr(0, next_line));
      text.remove_prefix(next_line);
    }
  }

  std::string text_;
  std::vector<run> runs_;
  std::size_t next_ = 0;
};

/// Turns pieces into steps: text beside text becomes one, tags get their columns.
class template_builder {
public:
  template_builder(letter_template& into, short_template& text, std::span<const std::string> columns) :
      into_(into), text_(text), columns_(columns) {}

  void add(const parsed_piece& one) {
    using kind = template_step::kind_type;
    switch (one.kind) {
    case parsed_piece::text:
    case parsed_piece::line_end:
      text_.expand(one.from->text, [this](std::string_view part) { add_text(part); });
      break;
    case parsed_piece::value:
    case parsed_piece::raw_value:
      add_value(one.kind == parsed_piece::value ? kind::value : kind::raw_value, one.from->tag.name);
      break;
    case parsed_piece::begin:
    case parsed_piece::begin_inverted: {
      const auto column = column_of(one.from->tag.name);
      record_tag(one.from->tag.name, column, true, true);
      const auto at = into_.steps_.size();
      push(one.kind == parsed_piece::begin ? kind::section : kind::inverted_section, column,
           one.from->tag.name);
      open_.push_back({at, one.kind == parsed_piece::begin ? column : surrounding(), column});
      break;
    }
    case parsed_piece::end:
      end_section(open_.back().step);
      open_.pop_back();
      break;
    case parsed_piece::nothing:
      break;
    }
  }

private:
  struct open_section {
    std::size_t step;
    std::uint32_t column; ///< what {{.}} means inside
    std::uint32_t over;   ///< the column that it asks for
  };

  /// {{field|words}} is {{#field}}{{field}}{{/field}}{{^field}}words{{/field}}, unless a column has that name.
  void add_value(template_step::kind_type kind, const std::string& name) {
    using kinds = template_step::kind_type;
    const auto bar = name.find('|');
    if (bar == std::string::npos || column_of(name) != absent) {
      const auto column = column_of(name);
      record_tag(name, column, false, is_asked_for(column));
      push(kind, column, name);
      return;
    }
    const std::string field{without_blanks(std::string_view{name}.substr(0, bar))};
    const auto column = column_of(field);
    record_tag(field, column, false, true);
    push(kinds::section, column, field);
    push(kind, column, field);
    end_section(into_.steps_.size() - 2);
    push(kinds::inverted_section, column, field);
    const auto inverted = into_.steps_.size() - 1;
    add_text(without_blanks(std::string_view{name}.substr(bar + 1)));
    end_section(inverted);
  }

  void end_section(std::size_t step) {
    into_.steps_[step].begin = static_cast<std::uint32_t>(into_.steps_.size());
    last_end_ = into_.steps_.size();
  }

  void record_tag(const std::string& name, std::uint32_t column, bool is_section, bool is_guarded) {
    const auto known = [](std::uint32_t which) {
      return which == absent ? std::nullopt : std::optional(which);
    };
    if (name != ".")
      into_.tags_.push_back({name, known(column), is_section, is_guarded, {}});
    else
      return;
    for (const auto& section : open_)
      if (section.over != absent)
        into_.tags_.back().within.push_back(section.over);
  }

  bool is_asked_for(std::uint32_t column) const {
    return std::ranges::any_of(open_, [column](const open_section& one) { return one.over == column; });
  }

  void push(template_step::kind_type kind, std::uint32_t column, const std::string& name) {
    into_.steps_.push_back({kind, 0, 0, column, open_.empty() ? std::string{} : name});
  }

  std::uint32_t surrounding() const { return open_.empty() ? absent : open_.back().column; }

  std::uint32_t column_of(const std::string& name) const {
    if (name == ".")
      return surrounding();
    auto known = std::ranges::find(columns_, name);
    if (known == columns_.end() && folded(name) == "email") // a header `Email` became this column at import
      known = std::ranges::find(columns_, "email");
    return known == columns_.end() ? absent : static_cast<std::uint32_t>(known - columns_.begin());
  }

  void add_text(std::string_view text) {
    using kind = template_step::kind_type;
    if (text.empty())
      return;
    const auto begin = into_.text_.size();
    append_plain(into_.text_, text, into_.style_.lines);
    const auto bytes = static_cast<std::uint32_t>(into_.text_.size() - begin);
    // Text behind a section's end must not grow a step inside it.
    const auto joins =
        !into_.steps_.empty() && into_.steps_.back().kind == kind::text && last_end_ != into_.steps_.size();
    if (joins)
      into_.steps_.back().bytes += bytes;
    else
      into_.steps_.push_back({kind::text, static_cast<std::uint32_t>(begin), bytes, absent});
  }

  letter_template& into_;
  short_template& text_;
  std::span<const std::string> columns_;
  std::vector<open_section> open_;
  std::size_t last_end_ = 0; ///< where a section ended last
};

result<letter_template> letter_template::parse(std::string_view name,
                                               const std::string& source,
                                               std::span<const std::string> columns,
                                               template_style style) {
  if (source.size() > rendered_bytes_max)
    return template_fault(name, {}, 0, notice{"template_too_large"});
  const auto text = with_plain_tags(source);
  if (const auto place = find_too_deep(text))
    return template_fault(name, text, *place, notice{"template_too_deep", {{"max", template_depth_max}}});
  // Its tree is much larger than the text all the same: one at a time.
  static std::mutex parsing;
  const std::lock_guard lock(parsing);
  short_template shortened{text};
  component root;
  std::string message;
  kainjow::mustache::context<std::string> nothing;
  kainjow::mustache::context_internal<std::string> context{nothing};
  try {
    const kainjow::mustache::parser<std::string> parsed{shortened.text(), context, root, message};
  } catch (const std::exception& thrown) {
    return template_fault(name, text, 0, notice{"template_fault", {{"fault", thrown.what()}}});
  }
  if (!message.empty()) {
    const auto [what, position] = split_fault(message);
    return template_fault(name, text, shortened.position(position), notice_of_parser(what));
  }
  std::optional<std::pair<std::size_t, notice>> fault;
  root.walk_children([&](component& one) {
    if (auto what = fault_in_tag(one, columns); !what.empty()) {
      fault.emplace(one.position, std::move(what));
      return component::walk_control::stop;
    }
    return component::walk_control::walk;
  });
  if (fault)
    return template_fault(name, text, shortened.position(fault->first), fault->second);
  std::vector<parsed_piece> pieces;
  flatten(root, pieces);
  drop_bare_lines(pieces);
  letter_template made;
  made.style_ = style;
  template_builder builder(made, shortened, columns);
  for (const auto& one : pieces)
    builder.add(one);
  return made;
}

bool letter_template::render(std::span<const std::string_view> values, std::string& to) const {
  const auto begin = to.size();
  const auto fits = [&] { return to.size() - begin <= rendered_bytes_max; };
  return walk_template(
      steps_, values, style_.escaping,
      [&](const template_step& one) {
        to.append(text_of(one));
        return fits();
      },
      [&](std::string_view value, value_escaping escaping) {
        append_escaped(to, value, {escaping, style_.lines});
        return fits();
      });
}

std::string_view letter_template::beginning() const {
  if (steps_.empty() || steps_.front().kind != template_step::kind_type::text)
    return {};
  return std::string_view{text_}.substr(0, steps_.front().bytes);
}

bool letter_template::has_tags() const {
  return std::ranges::any_of(
      steps_, [](const template_step& one) { return one.kind != template_step::kind_type::text; });
}

} // namespace sluice
