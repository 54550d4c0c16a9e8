#include "actors/letters/preheader.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Behind `<body …>`, `<head>` and the like at the beginning; where there is none of them, at the very beginning.
std::size_t body_begin(std::string_view html) {
  const auto is_letter = [](char one, char lower) { return one == lower || one == lower - 'a' + 'A'; };
  static constexpr std::string_view tag = "<body";
  const auto found =
      std::search(html.begin(), html.end(), tag.begin(), tag.end(), [&](char one, char wanted) {
        return wanted == '<' ? one == wanted : is_letter(one, wanted);
      });
  if (found == html.end())
    return 0;
  const auto end = html.find('>', static_cast<std::size_t>(found - html.begin()));
  return end == std::string_view::npos ? 0 : end + 1;
}

/// What is markup in HTML as character references, but not within tags.
std::string without_markup(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto open = std::min(text.find("{{"), text.size());
    for (const auto one : text.substr(0, open))
      if (one == '<')
        plain += "&lt;";
      else if (one == '>')
        plain += "&gt;";
      else
        plain += one;
    const auto close = text.find("}}", open);
    const auto end = close == std::string_view::npos ? text.size() : close + 2;
    plain.append(text.substr(open, end - open));
    text.remove_prefix(end);
  }
  return plain;
}

} // namespace

std::string with_preheader(std::string_view html, std::string_view preheader) {
  if (html.empty() || preheader.empty())
    return std::string{html};
  const auto begin = body_begin(html);
  std::string whole{html.substr(0, begin)};
  whole += "<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">";
  whole += without_markup(preheader);
  whole += "</div>";
  whole.append(html.substr(begin));
  return whole;
}

} // namespace sluice
