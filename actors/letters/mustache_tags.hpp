#pragma once
// The tags of a Mustache template where they stand in its text, for what works on the text before it is parsed: pieces
// that are put in, a text that is made of HTML. Whether the template is sound is letter_template's to say.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct mustache_tag {
  enum class kind_type : std::uint8_t {
    value,
    raw_value,
    section,
    inverted_section,
    section_end,
    partial,
    comment,
    delimiters, ///< {{=<% %>=}}
  };
  kind_type kind = kind_type::value;
  std::string name = {}; ///< without blanks around it; nothing for a comment
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string open = "{{"; ///< the delimiters that hold behind it
  std::string close = "}}";

  bool is_section() const {
    return kind == kind_type::section || kind == kind_type::inverted_section ||
           kind == kind_type::section_end;
  }
};

/// All of them in their order; nothing when one does not end or sets delimiters that are none.
std::optional<std::vector<mustache_tag>> tags_of(std::string_view text);

/// The tag as it is written with the usual delimiters; empty for a comment and for delimiters.
std::string text_of(const mustache_tag& tag);

/// The template with nothing but spaces as blanks in its tags. One with delimiters of its own stays as it is.
std::string with_plain_tags(const std::string& text);

} // namespace sluice
