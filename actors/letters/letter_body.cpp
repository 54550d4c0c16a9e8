#include "actors/letters/letter_body.hpp"

#include "messages/blanks.hpp"
#include "messages/sha256.hpp"

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

constexpr auto no_column = std::numeric_limits<std::size_t>::max();

/// `why` is a notice's code.
std::unexpected<error> cannot_make(notice why) {
  return failure(error_code::template_failed, std::move(why));
}

/// The boundary of a campaign's multiparts (RFC 2046 section 5.1.1), one for each level: none is the beginning of
/// another. It begins with "=_", which neither quoted-printable nor base64 can come out with, and a body in which it
/// could stand never leaves as 7bit.
std::string boundary_of(campaign_id campaign, std::string_view level) {
  const auto hash = sha256(to_string(campaign));
  return "=_" + std::string{level} + to_hex(std::span{hash}.first(16));
}

std::string begin_of(std::string_view kind, const std::string& boundary, std::string_view parameters = {}) {
  std::string lines = "Content-Type: multipart/";
  lines.append(kind)
      .append(";\r\n")
      .append(parameters)
      .append(" boundary=\"")
      .append(boundary)
      .append("\"\r\n\r\n--");
  return lines.append(boundary).append("\r\n");
}

attachment_head head_of(const attachment& said, const attachment_content& content) {
  return {said.name.empty() ? content.name : said.name, said.type.empty() ? content.type : said.type,
          said.content_id};
}

std::array<shared_octets, body_encodings>
add_heads(const std::string& before, std::string_view type, std::string& shared_text) {
  std::array<shared_octets, body_encodings> heads;
  for (std::size_t at = 0; at < body_encodings; ++at) {
    auto head = before;
    head.append("Content-Type: ").append(type).append("; charset=utf-8\r\nContent-Transfer-Encoding: ");
    head.append(name_of(static_cast<body_encoding>(at))).append("\r\n\r\n");
    heads[at] = add_shared(shared_text, head);
  }
  return heads;
}

} // namespace

result<letter_body> letter_body::make(campaign_id campaign,
                                      const body_templates& templates,
                                      std::span<const attachment> attachments,
                                      std::span<const std::string> columns,
                                      attachment_source source,
                                      std::string& shared_text) {
  letter_body made;
  made.mixed_boundary_ = boundary_of(campaign, "m");
  made.related_boundary_ = boundary_of(campaign, "r");
  const auto alternative = boundary_of(campaign, "");
  const auto has_html = templates.html.has_value();
  const auto is_alternative = has_html && templates.text;
  std::string pictures;
  std::string files;
  auto is_related = false;
  auto is_mixed = false;
  for (auto said : attachments) {
    if (!has_html)
      said.content_id.clear(); // there is nothing to show it in
    const auto is_picture = !said.content_id.empty();
    is_related = is_related || is_picture;
    is_mixed = is_mixed || !is_picture;
    if (!said.column.empty()) {
      // A column that there is not has no values; behind the columns stands the letter's own link.
      const auto column = std::ranges::find(columns, said.column);
      made.own_.push_back(
          {column == columns.end() ? no_column : static_cast<std::size_t>(column - columns.begin()),
           std::move(said)});
      continue;
    }
    const auto content =
        source ? source(said.id)
               : failure(error_code::not_found, notice{"attachment_unknown", {{"id", said.id}}});
    if (!content)
      return std::unexpected(content.error());
    made.shared_files_bytes_ += content->octets.size();
    made.has_shared_files_ = made.has_shared_files_ || !is_picture;
    auto& into = is_picture ? pictures : files;
    into.append("--").append(is_picture ? made.related_boundary_ : made.mixed_boundary_).append("\r\n");
    append_attachment(into, head_of(said, *content), content->octets);
  }
  const auto is_multipart = is_alternative || is_related || is_mixed;
  const std::string version = "MIME-Version: 1.0\r\n";
  std::string before = is_alternative ? begin_of("alternative", alternative) : std::string{};
  const auto add_part = [&](const letter_template& body, std::string_view type, bool is_first) {
    made.parts_.push_back({compiled_body(body, is_multipart, shared_text), {}, {}});
    auto& part = made.parts_.back();
    if (!is_first || !made.has_shared_files_)
      part.bare = add_heads((is_first ? version : std::string{}) + before, type, shared_text);
    part.with_mixed =
        is_first && is_mixed
            ? add_heads(version + begin_of("mixed", made.mixed_boundary_) + before, type, shared_text)
            : part.bare;
  };
  if (!has_html || is_alternative) {
    add_part(templates.text ? *templates.text : letter_template{}, "text/plain", true);
    before = "--" + alternative + "\r\n";
  }
  if (has_html) {
    if (is_related)
      before += begin_of("related", made.related_boundary_, " type=\"text/html\";\r\n");
    add_part(*templates.html, "text/html", !is_alternative);
  }
  std::string end = is_related ? "--" + made.related_boundary_ + "--\r\n" : std::string{};
  if (is_alternative)
    end.append("--").append(alternative).append("--\r\n");
  made.source_ = std::move(source);
  made.pictures_ = add_shared(shared_text, pictures);
  made.bodies_end_ = add_shared(shared_text, end);
  made.files_ = add_shared(shared_text, files);
  made.mixed_end_ =
      add_shared(shared_text, is_mixed ? "--" + made.mixed_boundary_ + "--\r\n" : std::string{});
  return made;
}

bool letter_body::has_own_files(std::span<const std::string_view> values) const {
  return std::ranges::any_of(own_, [&](const own_file& one) {
    return !one.is_inline() && one.column < values.size() && !without_blanks(values[one.column]).empty();
  });
}

/// False: the letter becomes too large.
bool letter_body::append_part(const heads& before,
                              body_part& part,
                              std::span<const std::string_view> values,
                              letter_writer& out) {
  using outcome = compiled_body::outcome;
  const auto append_as = [&](body_encoding encoding) {
    out.share(before[static_cast<std::size_t>(encoding)]);
    return part.body.append(out, encoding, values, letter_bytes_max);
  };
  if (part.body.may_be_seven_bit()) {
    const auto mark = out.here();
    if (const auto done = append_as(body_encoding::seven_bit); done != outcome::needs_encoding)
      return done == outcome::done;
    out.go_back(mark);
  }
  return append_as(part.body.encoding_for(values)) == outcome::done;
}

result<void> letter_body::append_own(bool is_inline,
                                     std::string_view boundary,
                                     std::span<const std::string_view> values,
                                     std::size_t& bytes,
                                     letter_writer& out) const {
  for (const auto& one : own_) {
    if (one.is_inline() != is_inline)
      continue;
    const auto id = one.column < values.size() ? without_blanks(values[one.column]) : std::string_view{};
    if (id.empty())
      continue;
    const auto content =
        source_ ? source_(id) : failure(error_code::not_found, notice{"attachment_unknown", {{"id", id}}});
    if (!content && content.error().code == error_code::storage_failed)
      return std::unexpected(content.error());
    if (!content)
      return cannot_make(notice{"attachment_of_recipient_missing", {{"column", one.said.column}}});
    bytes += content->octets.size();
    if (bytes > attachments_bytes_max)
      return cannot_make(notice{"attachments_too_large", {{"max", attachments_bytes_max}}});
    auto& text = out.text();
    text.reserve(text.size() + attachment_octets(content->octets.size()));
    text.append("--").append(boundary).append("\r\n");
    append_attachment(text, head_of(one.said, *content), content->octets);
  }
  return {};
}

result<void> letter_body::append(std::span<const std::string_view> values, letter_writer& out) {
  const auto is_mixed = has_shared_files_ || has_own_files(values);
  for (auto& part : parts_)
    if (!append_part(is_mixed ? part.with_mixed : part.bare, part, values, out))
      return cannot_make(notice{"letter_too_large"});
  if (out.wire_bytes() > letter_bytes_max)
    return cannot_make(notice{"letter_too_large"});
  auto bytes = shared_files_bytes_;
  out.share(pictures_);
  if (auto done = append_own(true, related_boundary_, values, bytes, out); !done)
    return done;
  out.share(bodies_end_);
  if (!is_mixed)
    return {};
  out.share(files_);
  if (auto done = append_own(false, mixed_boundary_, values, bytes, out); !done)
    return done;
  out.share(mixed_end_);
  return {};
}

} // namespace sluice
