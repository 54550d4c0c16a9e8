#pragma once
// A Mustache template made ready for many letters: parsed once, its fields bound to an audience's columns,
// its text cut into pieces that are copied as they are.
//
// Taken: {{field}}, {{{field}}} and {{&field}} (never escaped), {{#field}} … {{/field}}, {{^field}} … {{/field}},
// {{.}} (the value of the section around it), {{field|friend}} (the words behind the bar where there is no value),
// comments, {{=<% %>=}}. Blanks that an editor put into the braces (no-break and zero-width spaces, &nbsp;) do not count.
// A value is text, so a section is there
// once or not at all: not for an empty value, nor for "false" in any case. A line that holds nothing but
// section tags and comments leaves no line behind. Partials and inheritance are errors, and so are tags that
// only Handlebars has.

#include "messages/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

enum class value_escaping : std::uint8_t {
  none,
  html,    ///< & < > " ' become character references
  percent, ///< all but RFC 3986's unreserved characters become %XX
};

enum class template_lines : std::uint8_t {
  as_given,
  crlf, ///< every line end, in text and values, whether CRLF, CR or LF, becomes CRLF
};

struct template_style {
  value_escaping escaping = value_escaping::none;
  template_lines lines = template_lines::as_given;
};

/// Sections within sections at most.
inline constexpr std::size_t template_depth_max = 32;
/// What a template may come out as, for one letter.
inline constexpr std::size_t rendered_bytes_max = 2U << 20U;

/// Whether a section over this value is left out.
bool is_false(std::string_view value);

/// True when `value` would not come out as it is.
bool needs_escaping(std::string_view value, template_style style);

/// Appends a value as it stands in rendered text.
void append_escaped(std::string& to, std::string_view value, template_style style);

/// One step of a template, in the order of its text.
struct template_step {
  enum class kind_type : std::uint8_t { text, value, raw_value, section, inverted_section };
  kind_type kind = kind_type::text;
  std::uint32_t begin = 0;  ///< text: where it stands; a section: the step behind it
  std::uint32_t bytes = 0;  ///< of text
  std::uint32_t column = 0; ///< of the others; one that is not there has no value
};

/// Walks through a template as it comes out for these values, of which each column has one; what a recipient does
/// not have is empty. Calls `on_text(step)` and `on_value(value, escaping)`, until one of them gives false; then
/// gives false.
template <class OnText, class OnValue>
bool walk_template(std::span<const template_step> steps,
                   std::span<const std::string_view> values,
                   value_escaping escaping,
                   OnText&& on_text,
                   OnValue&& on_value) {
  using kind = template_step::kind_type;
  for (std::size_t at = 0; at < steps.size();) {
    const auto& one = steps[at++];
    if (one.kind == kind::text) {
      if (!on_text(one))
        return false;
      continue;
    }
    const auto value = one.column < values.size() ? values[one.column] : std::string_view{};
    if (one.kind == kind::section || one.kind == kind::inverted_section) {
      if (is_false(value) == (one.kind == kind::section))
        at = one.begin;
    } else if (!value.empty() &&
               !on_value(value, one.kind == kind::raw_value ? value_escaping::none : escaping)) {
      return false;
    }
  }
  return true;
}

/// A tag of a template, as it was written.
struct template_tag {
  std::string name;                    ///< without the words behind a bar
  std::optional<std::uint32_t> column; ///< nothing: the audience has none of that name
  bool is_section = false;             ///< of either kind
  bool is_guarded = false;             ///< an empty value was thought of: other words, or a section over it
  std::optional<std::uint32_t> surrounding; ///< the column of the innermost section around it
  bool operator==(const template_tag&) const = default;
};

class letter_template {
public:
  /// `name` is the word for it in errors ("html"); a tag's column is its place in `columns`, the first if there
  /// are several. `template_failed`, with the line, when it is no such template.
  static result<letter_template> parse(std::string_view name,
                                       const std::string& text,
                                       std::span<const std::string> columns,
                                       template_style style);

  /// Appends it, filled in. False: it came out over rendered_bytes_max, and what was appended is to be thrown away.
  bool render(std::span<const std::string_view> values, std::string& to) const;

  /// The text before the first tag; all of it when there is none.
  std::string_view beginning() const;
  bool has_tags() const;

  std::span<const template_step> steps() const { return steps_; }
  std::string_view text_of(const template_step& one) const {
    return std::string_view{text_}.substr(one.begin, one.bytes);
  }
  template_style style() const { return style_; }
  /// Each tag once a place where it stands, but for {{.}}, in the order of the text.
  const std::vector<template_tag>& tags() const { return tags_; }

private:
  friend class template_builder;

  std::string text_;
  std::vector<template_step> steps_;
  std::vector<template_tag> tags_;
  template_style style_;
};

} // namespace sluice
