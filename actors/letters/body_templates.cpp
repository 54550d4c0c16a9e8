#include "actors/letters/body_templates.hpp"

#include "actors/letters/html_text.hpp"
#include "actors/letters/partials.hpp"
#include "actors/letters/preheader.hpp"

namespace sluice {

namespace {

constexpr template_style text_style{value_escaping::none, template_lines::crlf};
constexpr template_style html_style{value_escaping::html, template_lines::crlf};

bool wants_made_text(const campaign_spec& spec) {
  return spec.text_from_html && spec.text.empty() && !spec.html.empty();
}

} // namespace

result<std::string> made_text(const campaign_spec& spec) {
  if (!wants_made_text(spec))
    return std::string{};
  const auto html = with_partials("html", spec.html, spec.partials);
  if (!html)
    return std::unexpected(html.error());
  return text_of_html(*html);
}

result<body_templates> parse_body_templates(const campaign_spec& spec, std::span<const std::string> columns) {
  body_templates made;
  if (!spec.text.empty()) {
    const auto whole = with_partials("text", spec.text, spec.partials);
    if (!whole)
      return std::unexpected(whole.error());
    auto text = letter_template::parse("text", *whole, columns, text_style);
    if (!text)
      return std::unexpected(text.error());
    made.text = std::move(*text);
  }
  if (!spec.html.empty()) {
    const auto whole = with_partials("html", spec.html, spec.partials);
    if (!whole)
      return std::unexpected(whole.error());
    auto html = letter_template::parse("html", with_preheader(*whole, spec.preheader), columns, html_style);
    if (!html)
      return std::unexpected(html.error());
    made.html = std::move(*html);
  }
  if (wants_made_text(spec)) {
    const auto text = made_text(spec);
    if (text && !text->empty())
      if (auto parsed = letter_template::parse("text", *text, columns, text_style))
        made.text = std::move(*parsed);
    made.lacks_text = !made.text;
  }
  return made;
}

} // namespace sluice
