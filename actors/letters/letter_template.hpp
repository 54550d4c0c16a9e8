#pragma once
// A Mustache template made ready for many letters: parsed once, its fields bound to an audience's columns,
// its text cut into pieces that are copied as they are.
//
// Taken: {{field}}, {{{field}}} and {{&field}} (never escaped), {{#field}} … {{/field}}, {{^field}} … {{/field}},
// {{.}} (the value of the section around it), comments, {{=<% %>=}}. A value is text, so a section is there
// once or not at all: not for an empty value, nor for "false" in any case. A line that holds nothing but
// section tags and comments leaves no line behind. Partials and inheritance are errors, and so are tags that
// only Handlebars has.

#include "messages/error.hpp"

#include <cstdint>
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

class letter_template {
public:
  /// `name` is the word for it in errors ("html"); a tag's column is its place in `columns`, the first if there
  /// are several. `template_failed`, with the line, when it is no such template.
  static result<letter_template> parse(std::string_view name,
                                       const std::string& text,
                                       std::span<const std::string> columns,
                                       template_style style);

  /// Appends it, filled in. `values` has a value for each of the columns; what a recipient does not have is
  /// empty. False: it came out over rendered_bytes_max, and what was appended is to be thrown away.
  bool render(std::span<const std::string_view> values, std::string& to) const;

  /// The text before the first tag; all of it when there is none.
  std::string_view beginning() const;
  bool has_tags() const;

private:
  enum class step_kind : std::uint8_t { text, value, raw_value, section, inverted_section };
  struct step {
    step_kind kind = step_kind::text;
    std::uint32_t begin = 0; ///< text: where in text_; a section: the step behind it
    std::uint32_t bytes = 0; ///< of text
    std::size_t column = 0;
  };
  friend class template_builder;

  std::string text_;
  std::vector<step> steps_;
  template_style style_;
};

} // namespace sluice
