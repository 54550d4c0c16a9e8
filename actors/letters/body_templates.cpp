#include "actors/letters/body_templates.hpp"

#include "actors/letters/html_text.hpp"
#include "actors/letters/partials.hpp"

namespace sluice {

namespace {

constexpr template_style text_style{value_escaping::none, template_lines::crlf};
constexpr template_style html_style{value_escaping::html, template_lines::crlf};

bool wants_made_text(const campaign_spec& spec) {
  return spec.text_from_html && spec.text.empty() && !spec.html.empty();
}

result<letter_template> parse_body(std::string_view name,
                                   const std::string& given,
                                   const campaign_spec& spec,
                                   std::span<const std::string> columns,
                                   template_style style) {
  const auto whole = with_partials(name, given, spec.partials);
  if (!whole)
    return std::unexpected(whole.error());
  return letter_template::parse(name, *whole, columns, style);
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
    auto text = parse_body("text", spec.text, spec, columns, text_style);
    if (!text)
      return std::unexpected(text.error());
    made.text = std::move(*text);
  }
  if (!spec.html.empty()) {
    auto html = parse_body("html", spec.html, spec, columns, html_style);
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
