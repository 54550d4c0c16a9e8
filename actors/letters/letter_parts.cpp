#include "actors/letters/letter_parts.hpp"

#include <gmime/gmime.h>

#include <memory>

namespace sluice {

namespace {

struct unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class Object>
using owned = std::unique_ptr<Object, unref>;

std::string text_or_empty(const char* text) {
  return text ? text : "";
}

letter_file file_of(GMimePart* part) {
  letter_file file;
  file.name = text_or_empty(g_mime_part_get_filename(part));
  file.content_id = text_or_empty(g_mime_part_get_content_id(part));
  const std::unique_ptr<char, decltype(&g_free)> type(
      g_mime_content_type_get_mime_type(g_mime_object_get_content_type(GMIME_OBJECT(part))), g_free);
  file.type = text_or_empty(type.get());
  if (auto* const content = g_mime_part_get_content(part)) {
    const owned<GMimeStream> nowhere(g_mime_stream_null_new());
    const auto bytes = g_mime_data_wrapper_write_to_stream(content, nowhere.get());
    file.bytes = bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
  }
  return file;
}

void take_part(GMimeObject*, GMimeObject* part, void* to) {
  auto& parts = *static_cast<letter_parts*>(to);
  if (GMIME_IS_PART(part) && g_mime_object_get_content_disposition(part)) {
    parts.files.push_back(file_of(GMIME_PART(part)));
    return;
  }
  if (!GMIME_IS_TEXT_PART(part))
    return;
  const std::unique_ptr<char, decltype(&g_free)> text(g_mime_text_part_get_text(GMIME_TEXT_PART(part)),
                                                      g_free);
  const auto is_html = g_mime_content_type_is_type(g_mime_object_get_content_type(part), "text", "html");
  (is_html ? parts.html : parts.text) += text_or_empty(text.get());
}

} // namespace

letter_parts parts_of(std::string_view source) {
  static const bool is_ready = (g_mime_init(), true); // once in a process, whatever thread comes first
  static_cast<void>(is_ready);
  letter_parts parts;
  const owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(source.data(), source.size()));
  const owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!message)
    return parts;
  auto* headers = g_mime_object_get_header_list(GMIME_OBJECT(message.get()));
  for (int at = 0; at < g_mime_header_list_get_count(headers); ++at) {
    auto* header = g_mime_header_list_get_header_at(headers, at);
    const auto name = text_or_empty(g_mime_header_get_name(header));
    const auto value = text_or_empty(g_mime_header_get_value(header));
    if (name == "Subject")
      parts.subject = value;
    else if (name == "From")
      parts.from = value;
    else if (name == "To")
      parts.to = value;
    parts.headers.emplace_back(name, value);
  }
  g_mime_message_foreach(message.get(), take_part, &parts);
  return parts;
}

} // namespace sluice
