#include "actors/letters/attachment_part.hpp"

#include "actors/letters/base64_lines.hpp"
#include "actors/letters/mime_header.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace sluice {

namespace {

constexpr std::string_view any_type = "application/octet-stream";
constexpr std::size_t head_octets_about = 512;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char one) {
    const auto byte = static_cast<unsigned char>(one);
    return byte >= 0x20 && byte < 0x7f;
  });
}

/// What stands in a parameter as it is (RFC 2231 section 7).
bool is_attribute_character(char one) {
  static constexpr std::string_view others = "!#$&+-.^_`|~";
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') ||
         others.find(one) != std::string_view::npos;
}

/// What stands behind Content-Type as it is: a type that was stored may be anything.
bool is_type(std::string_view type) {
  static constexpr std::string_view others = "!#$&-^_.+";
  const auto slash = type.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < type.size() && type.size() <= 127 &&
         std::ranges::count(type, '/') == 1 && std::ranges::all_of(type, [&](char one) {
           return one == '/' || (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') ||
                  (one >= '0' && one <= '9') || others.find(one) != std::string_view::npos;
         });
}

/// Without what a header field cannot hold.
std::string safe_name(std::string_view name) {
  auto safe = as_utf8(name);
  std::erase_if(safe, [](char one) { return static_cast<unsigned char>(one) < 0x20 || one == 0x7f; });
  return safe;
}

std::string safe_content_id(std::string_view id) {
  std::string safe;
  std::ranges::copy_if(id, std::back_inserter(safe), [](char one) {
    return is_attribute_character(one) || one == '@' || one == '%' || one == '=';
  });
  return safe;
}

void append_quoted(std::string& to, std::string_view value) {
  to.push_back('"');
  for (const auto one : value) {
    if (one == '"' || one == '\\')
      to.push_back('\\');
    to.push_back(one);
  }
  to.push_back('"');
}

/// The next character, percent-encoded where it must be.
std::string take_encoded(std::string_view& value) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  do {
    const auto byte = static_cast<unsigned char>(value.front());
    if (is_attribute_character(value.front()))
      encoded.push_back(value.front());
    else
      encoded.append({'%', digits[byte >> 4U], digits[byte & 0x0fU]});
    value.remove_prefix(1);
  } while (!value.empty() && (static_cast<unsigned char>(value.front()) & 0xC0U) == 0x80U);
  return encoded;
}

/// RFC 2231: one `filename*=utf-8''…`, or lines of `filename*0*=` …
void append_extended(std::string& to, std::string_view name, std::string_view value) {
  std::vector<std::string> lines(1);
  const auto room = line_octets_wanted - name.size() - std::string_view{" *00*=utf-8'';"}.size();
  while (!value.empty()) {
    const auto one = take_encoded(value);
    if (lines.back().size() + one.size() > room)
      lines.emplace_back();
    lines.back().append(one);
  }
  for (std::size_t at = 0; at < lines.size(); ++at) {
    to.append(";\r\n ").append(name).append("*");
    if (lines.size() > 1)
      to.append(std::to_string(at)).append("*");
    to.append("=").append(at == 0 ? "utf-8''" : "").append(lines[at]);
  }
}

void append_name(std::string& to, std::string_view name) {
  if (name.empty())
    return;
  to.append(";\r\n name=");
  if (is_plain(name))
    return append_quoted(to, name);
  to.push_back('"');
  append_header_text(to, std::string_view{" name=\""}.size(), name);
  to.push_back('"');
}

void append_file_name(std::string& to, std::string_view name) {
  if (name.empty())
    return;
  if (is_plain(name))
    append_quoted(to.append(";\r\n filename="), name);
  else
    append_extended(to, "filename", name);
}

} // namespace

void append_attachment(std::string& to, const attachment_head& head, std::string_view octets) {
  // RFC 2046 section 5.2: such parts must not be in base64.
  const auto is_structured = head.type.starts_with("message/") || head.type.starts_with("multipart/");
  const auto name = safe_name(head.name);
  to.append("Content-Type: ").append(is_structured || !is_type(head.type) ? any_type : head.type);
  append_name(to, name);
  to.append("\r\nContent-Disposition: ").append(head.content_id.empty() ? "attachment" : "inline");
  append_file_name(to, name);
  to.append("\r\nContent-Transfer-Encoding: base64\r\n");
  if (!head.content_id.empty())
    to.append("Content-ID: <").append(safe_content_id(head.content_id)).append(">\r\n");
  to.append("\r\n");
  to.reserve(to.size() + base64_octets(octets.size()) + 4);
  base64_lines lines;
  lines.append(to, octets);
  lines.finish(to);
}

std::size_t attachment_octets(std::size_t octets) {
  return base64_octets(octets) + head_octets_about;
}

} // namespace sluice
