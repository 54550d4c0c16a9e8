// Letters with files: which levels they have, and that what comes out of them is what went in. Judged by GMime.

#include "actors/letters/letter_check.hpp"
#include "actors/letters/letter_composer.hpp"
#include "actors/letters/letter_parts.hpp"
#include "tests/catch.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <map>
#include <memory>

using namespace sluice;

namespace {

const timestamp body_noon{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} + std::chrono::hours{12}};
const std::vector<std::string> body_columns{"email", "name", "invoice"};
using kept_files = std::map<std::string, attachment_content, std::less<>>;

kept_files some_files() {
  kept_files files;
  std::string bytes;
  for (int at = 0; at < 5000; ++at)
    bytes.push_back(static_cast<char>(at * 7 + at / 256));
  files["id-price"] = {"price.pdf", "application/pdf", bytes};
  files["id-logo"] = {"logo.png", "image/png", "PNG"};
  files["id-ann"] = {"Счёт № 7 для \"Анны\" — очень длинное имя файла, которому одной строки мало.pdf",
                     "application/pdf", bytes.substr(7)};
  files["id-empty"] = {"empty.txt", "text/plain", ""};
  files["id-mail"] = {"a\r\nBcc: x@example.com.eml", "message/rfc822", "From: x"};
  return files;
}

attachment_source source_of(const kept_files& files) {
  return [files](std::string_view id) -> result<attachment_content> {
    const auto known = files.find(id);
    if (known == files.end())
      return failure(error_code::not_found, notice{"attachment_unknown", {{"id", id}}});
    return known->second;
  };
}

campaign_spec body_spec() {
  campaign_spec spec;
  spec.name = "autumn";
  spec.from = "Shop <news@shop.example>";
  spec.subject = "Hello {{name}}";
  spec.text = "Dear {{name}}\n";
  spec.text_from_html = true;
  return spec;
}

attachment carried(std::string id) {
  attachment one;
  one.id = std::move(id);
  return one;
}

attachment shown(std::string id, std::string content_id) {
  auto one = carried(std::move(id));
  one.content_id = std::move(content_id);
  return one;
}

attachment own(std::string column) {
  attachment one;
  one.column = std::move(column);
  return one;
}

result<std::string> made(const campaign_spec& spec, std::string invoice = {}) {
  const auto composer = make_letter_composer({{17}, {}, {}}, spec, body_columns, source_of(some_files()));
  if (!composer)
    return std::unexpected(composer.error());
  recipient to{"ann@example.org", {{1, "Ann"}}};
  if (!invoice.empty())
    to.fields.push_back({2, std::move(invoice)});
  batch into;
  // The second letter, so that nothing hangs on being the first.
  REQUIRE((*composer)->compose(0, recipient{"bob@example.org", {}}, body_noon, into));
  if (auto done = (*composer)->compose(1, to, body_noon, into); !done) {
    CHECK(into.letters.size() == 1);
    return std::unexpected(done.error());
  }
  const auto& one = into.letters.back();
  std::string wire;
  into.for_each_piece(one, [&](std::string_view octets) { wire.append(octets); });
  CHECK(wire.size() == one.wire_bytes);
  return into.message_of(one);
}

/// "multipart/mixed[text/plain, application/pdf]"
std::string levels_of(GMimeObject* part) {
  auto* const type = g_mime_object_get_content_type(part);
  auto words = std::string{g_mime_content_type_get_media_type(type)} + "/" +
               g_mime_content_type_get_media_subtype(type);
  if (GMIME_IS_MULTIPART(part)) {
    words += "[";
    for (int at = 0; at < g_mime_multipart_get_count(GMIME_MULTIPART(part)); ++at)
      words += (at == 0 ? "" : ", ") + levels_of(g_mime_multipart_get_part(GMIME_MULTIPART(part), at));
    words += "]";
  }
  return words;
}

std::string levels_of(const std::string& message) {
  g_mime_init();
  auto* const stream = g_mime_stream_mem_new_with_buffer(message.data(), message.size());
  auto* const parser = g_mime_parser_new_with_stream(stream);
  auto* const parsed = g_mime_parser_construct_message(parser, nullptr);
  const auto levels = levels_of(g_mime_message_get_mime_part(parsed));
  g_object_unref(parsed);
  g_object_unref(parser);
  g_object_unref(stream);
  return levels;
}

} // namespace

TEST_CASE("a letter has the levels that its members need, and no other") {
  auto spec = body_spec();
  const auto levels = [&](std::string invoice = {}) {
    return levels_of(made(spec, std::move(invoice)).value());
  };
  CHECK(levels() == "text/plain");
  spec.attachments = {carried("id-price")};
  CHECK(levels() == "multipart/mixed[text/plain, application/pdf]");
  spec.html = "<p>{{name}}</p>";
  CHECK(levels() == "multipart/mixed[multipart/alternative[text/plain, text/html], application/pdf]");
  spec.attachments.push_back(shown("id-logo", "logo"));
  CHECK(levels() ==
        "multipart/mixed[multipart/alternative[text/plain, multipart/related[text/html, image/png]], "
        "application/pdf]");
  spec.text.clear();
  spec.text_from_html = false;
  CHECK(levels() == "multipart/mixed[multipart/related[text/html, image/png], application/pdf]");
  spec.attachments = {shown("id-logo", "logo")};
  CHECK(levels() == "multipart/related[text/html, image/png]");
  spec.attachments = {own("invoice")};
  CHECK(levels() == "text/html");
  CHECK(levels("id-ann") == "multipart/mixed[text/html, application/pdf]");
  CHECK(levels(" id-ann ") == "multipart/mixed[text/html, application/pdf]");
  spec.html.clear();
  spec.text = "x";
  spec.attachments = {shown("id-logo", "logo")};
  CHECK(levels() == "multipart/mixed[text/plain, image/png]");
}

TEST_CASE("files come out of a letter as they went in, with their names in any language") {
  auto spec = body_spec();
  spec.html = "<img src=\"cid:logo@shop\">";
  spec.attachments = {carried("id-price"), shown("id-logo", "logo@shop"), carried("id-empty"),
                      own("invoice")};
  spec.attachments[0].name = "Preise \"neu\".pdf";
  const auto message = made(spec, "id-ann").value();
  const auto parts = parts_of(message);
  CHECK(parts.text == "Dear Ann");
  CHECK(parts.html.starts_with("<img"));
  REQUIRE(parts.files.size() == 4);
  CHECK(parts.files[0].name == "logo.png");
  CHECK(parts.files[0].content_id == "logo@shop");
  CHECK(parts.files[1].name == "Preise \"neu\".pdf");
  CHECK(parts.files[1].bytes == 5000);
  CHECK(parts.files[2].bytes == 0);
  CHECK(parts.files[3].name == some_files()["id-ann"].name);
  CHECK(parts.files[3].bytes == 4993);
  for (std::size_t begin = 0; begin < message.size();) {
    const auto end = message.find("\r\n", begin);
    CHECK(end - begin <= 998);
    begin = end + 2;
  }
}

TEST_CASE("what is stored of a file cannot break a letter's head") {
  auto spec = body_spec();
  spec.attachments = {carried("id-mail")};
  spec.attachments[0].content_id = "a>\r\nX: y";
  auto message = made(spec).value();
  CHECK(message.find("\r\nBcc:") == std::string::npos);
  CHECK(message.find("\r\nX:") == std::string::npos);
  CHECK(levels_of(message) == "multipart/mixed[text/plain, application/octet-stream]");
  spec.attachments[0].type = "a/b\r\nX: y";
  CHECK(made(spec).value().find("\r\nX:") == std::string::npos);
}

TEST_CASE(
    "a recipient whose own file is not there gets no letter; a campaign whose file is not there, none") {
  auto spec = body_spec();
  spec.attachments = {own("invoice")};
  const auto missing = made(spec, "id-nobody");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == error_code::template_failed);
  CHECK(missing.error().notice.code == "attachment_of_recipient_missing");
  spec.attachments = {own("no such column")};
  CHECK(levels_of(made(spec, "id-ann").value()) == "text/plain");
  spec.attachments = {carried("id-nobody")};
  CHECK(made(spec).error().code == error_code::not_found);
}

TEST_CASE("attachments have a bound of their own, a letter's text keeps its") {
  auto spec = body_spec();
  spec.attachments = {carried("big")};
  kept_files files;
  files["big"] = {"big.bin", "", std::string(9U << 20U, 'x')};
  files["own"] = {"own.bin", "", std::string(17U << 20U, 'x')};
  spec.attachments.push_back(own("invoice"));
  const auto composer = make_letter_composer({{17}, {}, {}}, spec, body_columns, source_of(files));
  REQUIRE(composer);
  batch into;
  REQUIRE((*composer)->compose(0, recipient{"ann@example.org", {}}, body_noon, into));
  CHECK(into.letters.front().wire_bytes > 12U << 20U);
  CHECK(into.letters.front().own_bytes < 2000);
  CHECK(into.memory_bytes() < 10'000);
  const auto refused = (*composer)->compose(1, recipient{"bob@example.org", {{2, "own"}}}, body_noon, into);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().notice.code == "attachments_too_large");
  CHECK(into.letters.size() == 1);
}

TEST_CASE("a letter with HTML alone has a text made of it, unless that is not wanted") {
  auto spec = body_spec();
  spec.text.clear();
  spec.html = "<p>Dear <b>{{name}}</b>,</p><p>see <a href=\"https://shop.example\">us</a></p>";
  CHECK(parts_of(made(spec).value()).text == "Dear Ann,\r\n\r\nsee us <https://shop.example>");
  spec.text_from_html = false;
  CHECK(parts_of(made(spec).value()).text.empty());
  spec.text_from_html = true;
  spec.html = "<img src=x>";
  CHECK(levels_of(made(spec).value()) == "text/html");
  const auto warnings = content_warnings(spec);
  CHECK(std::ranges::any_of(warnings, [](const notice& one) { return one.code == "text_not_made"; }));
}
