#include "actors/letters/mustache_tags.hpp"

#include "messages/blanks.hpp"

namespace sluice {

namespace {

constexpr std::string_view tag_blanks = " \t\r\n";

mustache_tag::kind_type kind_of(char sigil) {
  using enum mustache_tag::kind_type;
  switch (sigil) {
  case '&':
    return raw_value;
  case '#':
    return section;
  case '^':
    return inverted_section;
  case '/':
    return section_end;
  case '>':
    return partial;
  case '!':
    return comment;
  case '=':
    return delimiters;
  default:
    return value;
  }
}

/// "=<% %>=": false when these are none.
bool set_delimiters(std::string_view inside, mustache_tag& tag) {
  if (inside.size() < 5 || !inside.ends_with('='))
    return false;
  const auto both = without_blanks(inside.substr(1, inside.size() - 2));
  const auto blank = both.find_first_of(tag_blanks);
  if (blank == std::string_view::npos)
    return false;
  tag.open = both.substr(0, blank);
  tag.close = without_blanks(both.substr(blank));
  return true;
}

} // namespace

std::optional<std::vector<mustache_tag>> tags_of(std::string_view text) {
  std::vector<mustache_tag> tags;
  std::string open = "{{";
  std::string close = "}}";
  for (auto at = text.find(open); at != std::string_view::npos; at = text.find(open, at)) {
    const auto inside = at + open.size();
    const auto is_triple = open == "{{" && close == "}}" && text.substr(inside).starts_with('{');
    const auto closing = is_triple ? "}}}" : close;
    const auto end = text.find(closing, inside + (is_triple ? 1 : 0));
    if (end == std::string_view::npos)
      return std::nullopt;
    auto content = without_blanks(text.substr(inside, end - inside));
    mustache_tag tag{.begin = at, .end = end + closing.size(), .open = open, .close = close};
    tag.kind = is_triple         ? mustache_tag::kind_type::raw_value
               : content.empty() ? mustache_tag::kind_type::value
                                 : kind_of(content.front());
    if (tag.kind == mustache_tag::kind_type::delimiters) {
      if (!set_delimiters(content, tag))
        return std::nullopt;
      open = tag.open;
      close = tag.close;
    } else if (tag.kind != mustache_tag::kind_type::comment) {
      if (tag.kind != mustache_tag::kind_type::value)
        content.remove_prefix(1);
      tag.name = without_blanks(content);
    }
    at = tag.end;
    tags.push_back(std::move(tag));
  }
  return tags;
}

std::string text_of(const mustache_tag& tag) {
  switch (tag.kind) {
    using enum mustache_tag::kind_type;
  case value:
    return "{{" + tag.name + "}}";
  case raw_value:
    return "{{&" + tag.name + "}}";
  case section:
    return "{{#" + tag.name + "}}";
  case inverted_section:
    return "{{^" + tag.name + "}}";
  case section_end:
    return "{{/" + tag.name + "}}";
  case partial:
    return "{{>" + tag.name + "}}";
  case comment:
  case delimiters:
    break;
  }
  return {};
}

} // namespace sluice
