#include "adapters/http/attachment_types.hpp"

#include "messages/utf8.hpp"
#include "persistence/attachments.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice {

namespace {

constexpr std::string_view any_type = "application/octet-stream";
constexpr auto types = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"csv", "text/csv"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"gif", "image/gif"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ics", "text/calendar"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"json", "application/json"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"rtf", "application/rtf"},
    {"svg", "image/svg+xml"},
    {"txt", "text/plain"},
    {"vcf", "text/vcard"},
    {"webp", "image/webp"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "application/xml"},
    {"zip", "application/zip"},
});

std::string lower(std::string_view text) {
  std::string lowered{text};
  std::ranges::transform(lowered, lowered.begin(), [](char one) {
    return one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one;
  });
  return lowered;
}

std::string_view type_by_extension(std::string_view name) {
  const auto dot = name.rfind('.');
  const auto extension = dot == std::string_view::npos ? std::string{} : lower(name.substr(dot + 1));
  const auto* const known = std::ranges::find(types, extension, [](const auto& one) { return one.first; });
  return known == types.end() ? any_type : known->second;
}

bool is_name(std::string_view text) {
  static constexpr std::string_view others = "!#$&-^_.+";
  return !text.empty() && std::ranges::all_of(text, [](char one) {
    return (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9') ||
           others.find(one) != std::string_view::npos;
  });
}

} // namespace

result<std::string> attachment_name(std::string_view given) {
  const auto slash = given.find_last_of("/\\");
  const auto name = slash == std::string_view::npos ? given : given.substr(slash + 1);
  const auto has_controls = std::ranges::any_of(
      name, [](char one) { return static_cast<unsigned char>(one) < 0x20 || one == 0x7f; });
  if (name.empty() || name.size() > attachment_name_bytes_max || has_controls || !is_utf8(name))
    return failure(
        error_code::invalid_input,
        notice{"attachment_name_wrong", {{"name", excerpt(given)}, {"max", attachment_name_bytes_max}}});
  return std::string{name};
}

result<std::string> attachment_type(std::string_view said, std::string_view name) {
  auto type = lower(said.substr(0, said.find(';')));
  while (type.ends_with(' '))
    type.pop_back();
  // What clients say of bytes that they know nothing about.
  if (type.empty() || type == any_type || type == "application/x-www-form-urlencoded")
    return std::string{type_by_extension(name)};
  const auto slash = type.find('/');
  if (slash == std::string::npos || type.size() > attachment_type_bytes_max ||
      !is_name(std::string_view{type}.substr(0, slash)) || !is_name(std::string_view{type}.substr(slash + 1)))
    return failure(error_code::invalid_input, notice{"attachment_type_wrong", {{"type", excerpt(said)}}});
  return type;
}

} // namespace sluice
