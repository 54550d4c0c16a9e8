#pragma once
// An HTML template made ready for an HTML parser, which knows no Mustache: the tags become comments, which stay where
// they are, also between the rows of a table, and in attributes characters of the private use area. Only what says
// something about the text is left: elements, without those whose content is none of it, and a few attributes.

#include "actors/letters/mustache_tags.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct html_source {
  std::string html;
  std::vector<mustache_tag> tags; ///< by their numbers

  /// The tag that a comment stands for.
  const mustache_tag* tag_of(std::string_view comment) const;
  /// An attribute's value with its tags again, written as in text.
  std::string with_tags(std::string_view attribute) const;
};

/// Nothing when the template is none, or its elements are nested deeper than html_depth_max.
std::optional<html_source> prepare_html(std::string_view html);

} // namespace sluice
