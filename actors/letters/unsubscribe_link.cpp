#include "actors/letters/unsubscribe_link.hpp"

#include "actors/letters/mime_header.hpp"
#include "messages/address.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view mailto_scheme = "mailto:";

bool starts_with_no_case(std::string_view text, std::string_view lower_start) {
  return folded(text.substr(0, lower_start.size())) == lower_start;
}

bool is_web_address(std::string_view url) {
  return starts_with_no_case(url, "https://") || starts_with_no_case(url, "http://");
}

/// `why` is a notice's code.
std::unexpected<error> cannot_render(std::string_view why) {
  return failure(error_code::template_failed, notice{why});
}

/// Percent-encodes what no URL has (RFC 3986 section 2): the template's own text may hold anything.
void make_url_safe(std::string& url) {
  static constexpr std::string_view never = "<>\"\\^`{|}";
  static constexpr std::string_view digits = "0123456789ABCDEF";
  const auto is_wrong = [](char one) {
    const auto byte = static_cast<unsigned char>(one);
    return byte <= 0x20 || byte >= 0x7f || never.find(one) != std::string_view::npos;
  };
  if (std::ranges::none_of(url, is_wrong))
    return;
  std::string safe;
  for (const auto one : url)
    if (const auto byte = static_cast<unsigned char>(one); is_wrong(one))
      safe.append({'%', digits[byte >> 4U], digits[byte & 0x0fU]});
    else
      safe.push_back(one);
  url = std::move(safe);
}

/// The host with A-labels, in which alone DNS knows it: percent-encoded (RFC 3986 section 3.2.2) few programs find it.
void make_host_ascii(std::string& url) {
  const auto replace = [&](std::size_t begin, std::size_t end) {
    const auto host = std::string_view{url}.substr(begin, end - begin);
    if (std::ranges::any_of(host, [](char one) { return static_cast<unsigned char>(one) >= 0x80; }))
      url.replace(begin, end - begin, ascii_domain(host));
  };
  if (starts_with_no_case(url, mailto_scheme)) {
    const auto end = std::min(url.find('?'), url.size());
    if (const auto at = url.substr(0, end).rfind('@'); at != std::string::npos)
      replace(at + 1, end);
    return;
  }
  if (!is_web_address(url))
    return;
  const auto begin = url.find("//") + 2;
  const auto end = std::min(url.find_first_of("/?#", begin), url.size());
  const auto authority = std::string_view{url}.substr(begin, end - begin);
  const auto user = authority.rfind('@');
  const auto host = user == std::string_view::npos ? 0 : user + 1;
  replace(begin + host, begin + std::min(authority.find(':', host), authority.size()));
}

/// False: it came out too large. Blanks around it, a pasted cell's, are none of the link's.
bool render_link(const letter_template& from, std::span<const std::string_view> values, std::string& to) {
  const auto is_rendered = walk_template(
      from.steps(), values, value_escaping::percent,
      [&](const template_step& text) {
        to.append(from.text_of(text));
        return to.size() <= rendered_bytes_max;
      },
      [&](std::string_view value, value_escaping escaping) {
        append_escaped(to, value, {to.empty() ? value_escaping::none : escaping, template_lines::as_given});
        return to.size() <= rendered_bytes_max;
      });
  to.erase(to.find_last_not_of(" \t\r\n") + 1);
  to.erase(0, to.find_first_not_of(" \t\r\n"));
  make_host_ascii(to);
  make_url_safe(to);
  return is_rendered;
}

result<std::optional<letter_template>>
parse_link(std::string_view name, const std::string& text, std::span<const std::string> columns) {
  if (text.empty())
    return std::nullopt;
  auto parsed =
      letter_template::parse(name, text, columns, {value_escaping::percent, template_lines::as_given});
  if (!parsed)
    return std::unexpected(parsed.error());
  return std::move(*parsed);
}

} // namespace

bool has_link_scheme(std::string_view text) {
  return is_web_address(text) || starts_with_no_case(text, mailto_scheme);
}

result<unsubscribe_link> unsubscribe_link::parse(const campaign_spec& spec,
                                                 std::span<const std::string> columns) {
  unsubscribe_link parsed;
  auto url = parse_link("unsubscribe_url", spec.unsubscribe_url, columns);
  if (!url)
    return std::unexpected(url.error());
  auto mailto = parse_link("unsubscribe_mailto", spec.unsubscribe_mailto, columns);
  if (!mailto)
    return std::unexpected(mailto.error());
  parsed.url_template_ = std::move(*url);
  parsed.mailto_template_ = std::move(*mailto);
  return parsed;
}

result<void> unsubscribe_link::render(std::span<const std::string_view> values) {
  url_.clear();
  mailto_.clear();
  constexpr auto octets_max = line_octets_max - 4; // a line of its own: space, <, > and a comma
  if (url_template_) {
    if (!render_link(*url_template_, values, url_))
      return cannot_render("unsubscribe_url_too_large");
    if (!has_link_scheme(url_))
      return cannot_render("unsubscribe_url_scheme_wrong");
  }
  if (mailto_template_) {
    if (!render_link(*mailto_template_, values, mailto_))
      return cannot_render("unsubscribe_url_too_large");
    if (!starts_with_no_case(mailto_, mailto_scheme))
      mailto_.insert(0, mailto_scheme);
    const auto address = std::string_view{mailto_}.substr(mailto_scheme.size());
    if (!parse_address(address.substr(0, address.find('?'))))
      return cannot_render("unsubscribe_mailto_wrong");
  }
  if (std::max(url_.size(), mailto_.size()) > octets_max)
    return cannot_render("unsubscribe_url_too_long");
  return {};
}

void unsubscribe_link::append_fields(std::string& to) const {
  const auto first = text();
  if (first.empty())
    return;
  const auto is_short = first.size() + 20 <= line_octets_wanted;
  to.append(is_short ? "List-Unsubscribe: <" : "List-Unsubscribe:\r\n <").append(first).append(">");
  if (!url_.empty() && !mailto_.empty())
    to.append(",\r\n <").append(mailto_).append(">");
  to.append("\r\n");
  if (starts_with_no_case(url_, "https://")) // RFC 8058 section 3.1
    to.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

} // namespace sluice
