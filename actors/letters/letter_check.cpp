#include "actors/letters/letter_check.hpp"

#include "actors/letters/body_templates.hpp"
#include "actors/letters/letter_template.hpp"
#include "actors/letters/partials.hpp"
#include "messages/address.hpp"
#include "messages/lower_case.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

namespace sluice {

namespace {

struct named_template {
  std::string field;
  letter_template content;
};

/// All of the campaign's templates that can be parsed.
std::vector<named_template> templates_of(const campaign_spec& spec, std::span<const std::string> columns) {
  std::vector<named_template> all;
  const auto add = [&](std::string field, const std::string& text, std::span<const std::string> known) {
    if (text.empty())
      return;
    if (auto parsed = letter_template::parse(field, text, known, {}))
      all.push_back({std::move(field), std::move(*parsed)});
  };
  // In bodies there is one more.
  std::vector<std::string> with_link(columns.begin(), columns.end());
  with_link.emplace_back("unsubscribe_url");
  const auto from = parse_mailbox(spec.from);
  add("from", from ? from->display_name : std::string{}, columns);
  add("to_name", spec.to_name, columns);
  add("reply_to", spec.reply_to, columns);
  add("subject", spec.subject, columns);
  add("preheader", spec.preheader, with_link);
  add("text", with_partials("text", spec.text, spec.partials).value_or(std::string{}), with_link);
  add("html", with_partials("html", spec.html, spec.partials).value_or(std::string{}), with_link);
  add("unsubscribe_url", spec.unsubscribe_url, columns);
  add("unsubscribe_mailto", spec.unsubscribe_mailto, columns);
  for (const auto& one : spec.headers)
    add("headers." + one.name, one.value, columns);
  return all;
}

/// What two spellings of one name have in common: lower case, letters and digits alone.
std::u32string plain_name(std::string_view name) {
  std::u32string plain;
  for (std::size_t at = 0; at < name.size();) {
    const auto [bytes, character] = utf8_character_at(name, at);
    at += std::max<std::size_t>(bytes, 1);
    if (character == U' ' || character == U'_' || character == U'-' || character == U'.')
      continue;
    plain.push_back(lower_case(character));
  }
  return plain;
}

/// Levenshtein's distance.
std::size_t distance(const std::u32string& one, const std::u32string& other) {
  std::vector<std::size_t> row(other.size() + 1);
  for (std::size_t at = 0; at < row.size(); ++at)
    row[at] = at;
  for (std::size_t line = 1; line <= one.size(); ++line) {
    auto diagonal = std::exchange(row[0], line);
    for (std::size_t at = 1; at < row.size(); ++at) {
      const auto replaced = diagonal + (one[line - 1] == other[at - 1] ? 0U : 1U);
      diagonal = row[at];
      row[at] = std::min({row[at] + 1, row[at - 1] + 1, replaced});
    }
  }
  return row.back();
}

constexpr std::size_t compared_characters_max = 64;

/// The column whose name is most like it; empty where none is like it at all.
std::string nearest_column(const std::string& tag, std::span<const std::string> columns) {
  const auto wanted = plain_name(tag);
  std::string nearest;
  auto least = wanted.size() / 2 + 1; // half of it may be otherwise
  for (const auto& column : columns) {
    const auto name = plain_name(column);
    if (std::max(name.size(), wanted.size()) > compared_characters_max)
      continue;
    const auto is_part =
        wanted.size() >= 3 && name.size() >= 3 &&
        (name.find(wanted) != std::u32string::npos || wanted.find(name) != std::u32string::npos);
    const auto here = name == wanted ? 0 : is_part ? 1 : distance(wanted, name);
    if (here < least) {
      least = here;
      nearest = column;
    }
  }
  return nearest;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char one) { return (static_cast<unsigned char>(one) & 0xC0U) != 0x80U; }));
}

/// Words without markup, as a rough measure of what a body says.
std::set<std::string> words_of_body(std::string_view text, bool is_html) {
  std::set<std::string> words;
  std::string word;
  auto is_in_markup = false;
  for (const auto one : text) {
    if (is_html && one == '<')
      is_in_markup = true;
    const auto byte = static_cast<unsigned char>(one);
    const auto is_letter = byte >= 0x80 || std::isalnum(byte) != 0;
    if (is_letter && !is_in_markup) {
      word.push_back(one);
    } else if (!word.empty()) {
      if (word.size() > 3)
        words.insert(folded(word));
      word.clear();
    }
    if (is_html && one == '>')
      is_in_markup = false;
  }
  if (word.size() > 3)
    words.insert(folded(word));
  return words;
}

/// Of what the text says, less than a third is in the HTML: a filter takes that for a lure.
bool differ_much(const campaign_spec& spec) {
  const auto text = words_of_body(spec.text, false);
  const auto html = words_of_body(spec.html, true);
  constexpr std::size_t words_min = 8;
  if (text.size() < words_min)
    return false;
  const auto common = static_cast<std::size_t>(
      std::ranges::count_if(text, [&](const std::string& word) { return html.contains(word); }));
  return common * 3 < text.size();
}

} // namespace

std::vector<unknown_tag> unknown_tags(const campaign_spec& spec,
                                      std::span<const std::string> columns,
                                      const is_structured_column& is_structured) {
  std::vector<unknown_tag> unknown;
  for (const auto& [field, content] : templates_of(spec, columns))
    for (const auto& tag : content.tags()) {
      const auto is_known = tag.column || std::ranges::any_of(unknown, [&](const unknown_tag& before) {
                              return before.field == field && before.tag == tag.name;
                            });
      // Within a section over a list or an object it may be a member.
      if (!is_known && std::ranges::none_of(tag.within, is_structured))
        unknown.push_back({field, tag.name, nearest_column(tag.name, columns)});
    }
  return unknown;
}

notice notice_of(const unknown_tag& tag) {
  if (tag.nearest.empty())
    return notice{"unknown_tag_alone", {{"field", tag.field}, {"tag", excerpt(tag.tag)}}};
  return notice{"unknown_tag",
                {{"field", tag.field}, {"tag", excerpt(tag.tag)}, {"nearest", excerpt(tag.nearest)}}};
}

std::vector<std::uint32_t> unguarded_columns(const campaign_spec& spec,
                                             std::span<const std::string> columns) {
  std::set<std::uint32_t> found;
  for (const auto& [field, content] : templates_of(spec, columns))
    for (const auto& tag : content.tags())
      if (tag.column && *tag.column < columns.size() && !tag.is_section && !tag.is_guarded)
        found.insert(*tag.column);
  return {found.begin(), found.end()};
}

bool looks_like_other_address(std::string_view display_name, std::string_view address) {
  const auto at = display_name.find('@');
  if (at == std::string_view::npos)
    return false;
  const auto is_end = [](char one) {
    return one == ' ' || one == '<' || one == '>' || one == '"' || one == ',';
  };
  auto begin = at;
  while (begin > 0 && !is_end(display_name[begin - 1]))
    --begin;
  auto end = at;
  while (end < display_name.size() && !is_end(display_name[end]))
    ++end;
  return folded(display_name.substr(begin, end - begin)) != folded(address);
}

std::vector<notice> content_warnings(const campaign_spec& spec) {
  std::vector<notice> warnings;
  if (spec.text.empty() && !spec.text_from_html)
    warnings.push_back(notice{"html_without_text"});
  if (const auto bodies = parse_body_templates(spec, {}); bodies && bodies->lacks_text)
    warnings.push_back(notice{"text_not_made"});
  if (!spec.text.empty() && !spec.html.empty() && differ_much(spec))
    warnings.push_back(notice{"text_and_html_differ"});
  if (spec.html.size() > html_bytes_wanted)
    warnings.push_back(
        notice{"html_is_large", {{"kibibytes", spec.html.size() >> 10U}, {"max", html_bytes_wanted >> 10U}}});
  if (const auto length = characters(spec.subject); length > subject_characters_wanted)
    warnings.push_back(
        notice{"subject_is_long", {{"characters", length}, {"max", subject_characters_wanted}}});
  if (const auto from = parse_mailbox(spec.from);
      from && looks_like_other_address(from->display_name, from->address))
    warnings.push_back(notice{"sender_name_is_address", {{"name", excerpt(from->display_name)}}});
  return warnings;
}

} // namespace sluice
