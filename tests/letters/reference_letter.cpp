#include "tests/letters/reference_letter.hpp"

#include "actors/letters/letter_template.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

namespace sluice::test {

namespace {

struct unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class Object>
using owned = std::unique_ptr<Object, unref>;

/// A body as the letter's reader should have it.
std::string rendered(std::string_view name,
                     const std::string& text,
                     const std::vector<std::string>& columns,
                     const std::vector<std::string_view>& values,
                     value_escaping escaping) {
  const auto parsed = letter_template::parse(name, text, columns, {escaping, template_lines::crlf});
  std::string body;
  if (parsed)
    parsed->render(values, body);
  return body.ends_with("\r\n") ? body : body + "\r\n";
}

std::string content_of(GMimeObject* part) {
  const owned<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream.get());
  const auto* octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(octets->data), octets->len};
}

std::string_view encoding_of(GMimeObject* part) {
  const auto* name = g_mime_object_get_header(part, "Content-Transfer-Encoding");
  return name == nullptr ? "" : name;
}

/// In a multipart the line end before a boundary is the boundary's (RFC 2046 section 5.1.1), so that of a 7bit or
/// quoted-printable body is not in its content.
std::string fault_of_part(GMimeObject* part, std::string_view type, const std::string& expected) {
  if (part == nullptr || !GMIME_IS_PART(part))
    return "a part is missing";
  if (!g_mime_content_type_is_type(g_mime_object_get_content_type(part), "text", type.data()))
    return "a part is not text/" + std::string{type};
  const auto content = content_of(part);
  if (content == expected || content + "\r\n" == expected)
    return {};
  return "text/" + std::string{type} + " in " + std::string{encoding_of(part)} + " is\n" + content +
         "\ninstead of\n" + expected;
}

std::string fault_of_bodies(const std::string& message, const std::string* text, const std::string* html) {
  static const bool is_ready = (g_mime_init(), true);
  static_cast<void>(is_ready);
  const owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(message.data(), message.size()));
  const owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const owned<GMimeMessage> parsed(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!parsed)
    return "GMime finds no message";
  auto* whole = g_mime_message_get_mime_part(parsed.get());
  if (text == nullptr || html == nullptr)
    return text != nullptr ? fault_of_part(whole, "plain", *text) : fault_of_part(whole, "html", *html);
  if (!GMIME_IS_MULTIPART(whole) || g_mime_multipart_get_count(GMIME_MULTIPART(whole)) != 2)
    return "it is no multipart of two";
  auto fault = fault_of_part(g_mime_multipart_get_part(GMIME_MULTIPART(whole), 0), "plain", *text);
  return fault.empty() ? fault_of_part(g_mime_multipart_get_part(GMIME_MULTIPART(whole), 1), "html", *html)
                       : fault;
}

/// An encoded body's lines have at most 76 octets, and need no dot-stuffing.
std::string fault_of_encoded_line(std::string_view line) {
  if (line.size() > 76)
    return "a line of an encoded body has over 76 octets: " + std::string{line};
  if (line.starts_with('.'))
    return "a line of an encoded body begins with a dot: " + std::string{line};
  if (line.ends_with(' ') || line.ends_with('\t'))
    return "a line of an encoded body ends with a blank: " + std::string{line};
  return {};
}

/// `wire` without its stuffed dots, or what is wrong with its lines.
std::string fault_of_wire(std::string_view wire, std::string& unstuffed) {
  auto is_head = true;
  auto is_encoded = false;
  while (!wire.empty()) {
    const auto end = wire.find("\r\n");
    if (end == std::string_view::npos)
      return "it does not end with CRLF";
    auto line = wire.substr(0, end);
    wire.remove_prefix(end + 2);
    if (line.find_first_of("\r\n") != std::string_view::npos)
      return "it has a bare CR or LF";
    if (line.starts_with('.')) {
      line.remove_prefix(1);
      if (!line.starts_with('.'))
        return "a line begins with a dot that is not stuffed";
    }
    if (line.size() > 998)
      return "a line has over 998 octets";
    if (std::ranges::any_of(line, [](char one) { return static_cast<unsigned char>(one) >= 0x80; }))
      return "a line is not ASCII";
    if (line.starts_with("--=_")) {
      is_head = true;
    } else if (is_head) {
      if (line.starts_with("Content-Transfer-Encoding: "))
        is_encoded = !line.ends_with("7bit");
      is_head = !line.empty();
    } else if (is_encoded) {
      if (auto fault = fault_of_encoded_line(line); !fault.empty())
        return fault;
    }
    unstuffed.append(line).append("\r\n");
  }
  return {};
}

std::string fault_of_pieces(const batch& letters, const std::string& wire) {
  const auto& one = letters.letters.front();
  std::size_t own = 0;
  for (std::uint32_t at = 0; at < one.piece_count; ++at) {
    const auto piece = letters.pieces[one.piece_at + at];
    own += piece.is_shared() ? 0 : piece.bytes();
    if (piece.bytes() == 0)
      return "a piece is empty";
  }
  if (wire.size() != one.wire_bytes || own != one.own_bytes)
    return "its sizes are not those of its pieces";
  return {};
}

} // namespace

std::string fault_of_letter(const batch& letters,
                            const campaign_spec& spec,
                            const std::vector<std::string>& columns,
                            const recipient& to) {
  std::vector<std::string_view> values(columns.size());
  for (const auto& field : to.fields)
    values[field.column] = field.value;
  values[0] = to.email;
  const auto text = rendered("text", spec.text, columns, values, value_escaping::none);
  const auto html = rendered("html", spec.html, columns, values, value_escaping::html);
  const auto& one = letters.letters.front();
  std::string wire;
  letters.for_each_piece(one, [&](std::string_view octets) { wire.append(octets); });
  if (auto fault = fault_of_pieces(letters, wire); !fault.empty())
    return fault;
  std::string unstuffed;
  if (auto fault = fault_of_wire(wire, unstuffed); !fault.empty())
    return fault;
  const auto message = letters.message_of(one);
  if (message != unstuffed || message.size() != one.message_bytes())
    return "the message is not its wire form without the stuffed dots";
  return fault_of_bodies(message, spec.html.empty() || !spec.text.empty() ? &text : nullptr,
                         spec.html.empty() ? nullptr : &html);
}

} // namespace sluice::test
