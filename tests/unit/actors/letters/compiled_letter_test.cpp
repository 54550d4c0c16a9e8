// Compiled letters mean what plain rendering says: any template, any values, every column and every phase.

#include "actors/letters/base64_lines.hpp"
#include "actors/letters/letter_composer.hpp"
#include "actors/letters/quoted_printable.hpp"
#include "messages/base64.hpp"
#include "tests/catch.hpp"
#include "tests/letters/reference_letter.hpp"
#include "tests/unit/actors/examples.hpp"

#include <rapidcheck.h>

#include <algorithm>

namespace sluice {
namespace {

using test::fault_of_letter;

const std::vector<std::string> columns{"email", "name", "city", "flag"};

campaign_spec spec_of(std::string text, std::string html) {
  campaign_spec spec;
  spec.name = "compiled";
  spec.from = "Shop <news@shop.example>";
  spec.subject = "x";
  spec.text = std::move(text);
  spec.html = std::move(html);
  return spec;
}

recipient to_whom(std::string name, std::string city = {}, std::string flag = {}) {
  return {"ann@example.org", {{1, std::move(name)}, {2, std::move(city)}, {3, std::move(flag)}}};
}

/// What is wrong with the letter; its batch is left in `into`.
std::string composed_fault(const campaign_spec& spec, const recipient& to, batch& into) {
  const auto composer = make_letter_composer({{17}, {}, {}}, spec, columns);
  if (!composer)
    return composer.error().message;
  if (const auto done = (*composer)->compose(0, to, examples::t0, into); !done)
    return done.error().message;
  return fault_of_letter(into, spec, columns, to);
}

std::string composed_fault(const campaign_spec& spec, const recipient& to) {
  batch into;
  return composed_fault(spec, to, into);
}

std::string encoding_in(const batch& of) {
  static constexpr std::string_view name = "Content-Transfer-Encoding: ";
  const auto message = of.message_of(of.letters.front());
  const auto begin = message.find(name) + name.size();
  return message.substr(begin, message.find("\r\n", begin) - begin);
}

/// Words in which something may go wrong.
rc::Gen<std::string> any_words() {
  return rc::gen::oneOf(
      rc::gen::element<std::string>(" ", "  ", "\t", ".", "..", "\n.", "\r\n.\r\n", "\n", "\r", "\r\n", " \n",
                                    "\t\r\n", "From ", "\nFrom me", "=", "==", "=_", "_", "\n--=_", "-",
                                    "<b>&amp;\"'</b>", "é", "Съешь", "日本", "🎉", "\x01", "\x7f"),
      rc::gen::map(rc::gen::inRange(0, 90),
                   [](int length) { return std::string(static_cast<std::size_t>(length), 'x'); }),
      rc::gen::map(rc::gen::inRange(0, 1100),
                   [](int length) {
                     std::string line;
                     while (line.size() < static_cast<std::size_t>(length))
                       line += "word ";
                     return line;
                   }),
      rc::gen::map(rc::gen::inRange(0, 60), [](int length) {
        std::string line;
        for (int at = 0; at < length; ++at)
          line += at % 5 == 4 ? " " : "ж";
        return line;
      }));
}

rc::Gen<std::string> any_text(int words_max) {
  return rc::gen::map(rc::gen::mapcat(rc::gen::inRange(0, words_max + 1),
                                      [](int words) {
                                        return rc::gen::container<std::vector<std::string>>(
                                            static_cast<std::size_t>(words), any_words());
                                      }),
                      [](const std::vector<std::string>& words) {
                        std::string text;
                        for (const auto& word : words)
                          text += word;
                        return text;
                      });
}

std::string any_template(int depth) {
  std::string text;
  for (auto left = *rc::gen::inRange(0, 6); left > 0; --left) {
    text += *any_text(4);
    const std::string name = *rc::gen::element<std::string>("name", "city", "flag", "email", "nowhere");
    switch (*rc::gen::inRange(0, depth > 0 ? 5 : 3)) {
    case 0:
      text += "{{" + name + "}}";
      break;
    case 1:
      text += "{{{" + name + "}}}";
      break;
    case 2:
      text += *any_text(2);
      break;
    case 3:
      text += "{{#" + name + "}}" + any_template(depth - 1) + "{{/" + name + "}}";
      break;
    default:
      text += "{{^" + name + "}}" + any_template(depth - 1) + "{{/" + name + "}}";
    }
  }
  return text;
}

} // namespace

TEST_CASE("whatever templates and values are, a letter decodes to what plain rendering gives", "[letters]") {
  CHECK(rc::check([] {
    const auto kind = *rc::gen::inRange(0, 3);
    const auto spec = spec_of(kind == 1 ? "" : any_template(2), kind == 0 ? "" : any_template(2));
    const auto to = to_whom(*any_text(4), *any_text(2), *rc::gen::element<std::string>("", "false", "1"));
    RC_ASSERT(composed_fault(spec, to) == "");
  }));
}

TEST_CASE("values of every length meet shared text at every column and in every phase", "[letters]") {
  const std::string latin = "The café on the corner is open, as it is every day. ";
  const std::string russian = "Съешь же ещё этих мягких французских булок, да выпей чаю. ";
  const std::string plain = "The quick brown fox jumps over the lazy dog. ";
  const auto [words, encoding] = GENERATE_REF(
      table<std::string, std::string>({{latin, "quoted-printable"}, {russian, "base64"}, {plain, "7bit"}}));
  std::string shared;
  while (shared.size() < 6000)
    shared += words;
  const auto spec = spec_of("{{name}}" + shared + "{{city}}" + shared + "{{name}}{{city}}" + shared, "");
  for (std::size_t name = 0; name < 80; ++name)
    for (std::size_t city = 0; city < 4; ++city) {
      batch into;
      const auto fault = composed_fault(spec, to_whom(std::string(name, 'n'), std::string(city, 'c')), into);
      INFO(name << " and " << city);
      REQUIRE(fault == "");
      // Lines of over 998 octets keep the plain one from 7bit.
      CHECK(encoding_in(into) == (encoding == "7bit" ? "quoted-printable" : encoding));
      CHECK(into.letters.front().own_bytes < 1200);
    }
}

TEST_CASE("a letter leaves as 7bit as long as its values let it", "[letters]") {
  std::string shared;
  while (shared.size() < 500)
    shared += "Another line of it.\r\n.and one with a dot\r\n";
  const auto spec = spec_of("Dear {{name}},\n" + shared, "");
  for (const auto& [name, encoding] :
       std::vector<std::pair<std::string, std::string>>{{"Ann", "7bit"},
                                                        {"Zoë", "quoted-printable"},
                                                        {"a\n.b", "7bit"},
                                                        {std::string(993, 'x'), "quoted-printable"},
                                                        {std::string(992, 'x'), "7bit"},
                                                        {"\x01", "quoted-printable"}}) {
    batch into;
    INFO(name);
    CHECK(composed_fault(spec, to_whom(name), into) == "");
    CHECK(encoding_in(into) == encoding);
  }
}

TEST_CASE("where a letter's own words outweigh its template, they choose the encoding", "[letters]") {
  const auto spec = spec_of("Dear {{name}}", "");
  std::string russian;
  while (russian.size() < 500)
    russian += "чай";
  batch into;
  CHECK(composed_fault(spec, to_whom(russian), into) == "");
  CHECK(encoding_in(into) == "base64");
}

TEST_CASE("a dot at a line's begin is stuffed wherever the line comes from", "[letters]") {
  const std::string shared(200, 'x');
  const std::vector<std::string> texts{"." + shared,
                                       "{{name}}." + shared,
                                       "a\n{{name}}." + shared,
                                       "a\n{{city}}.b\n" + shared,
                                       "{{#flag}}.{{/flag}}{{^flag}}\n.{{/flag}}",
                                       "{{name}}\n" + shared + "\n.\n..\n"};
  for (const auto& text : texts)
    for (const std::string value : {"", ".", ".\n.", "x\n"}) {
      INFO(text << " with " << value);
      CHECK(composed_fault(spec_of(text, ""), to_whom(value, value, value)) == "");
    }
}

TEST_CASE("a newsletter's letters hold little but what is their own", "[letters]") {
  std::string shared;
  while (shared.size() < 20'000)
    shared += "<p style=\"margin:0\">The café on the corner is open.</p>";
  const auto spec = spec_of("Dear {{name}}, " + shared, "<p>{{name}}</p>" + shared + "{{city}}");
  const auto composer = make_letter_composer({{17}, {}, {}}, spec, columns);
  REQUIRE(composer);
  batch into;
  for (letter_index at = 0; at < 2; ++at)
    REQUIRE((*composer)->compose(at, to_whom("Zoë", "Oslo"), examples::t0, into));
  CHECK(into.letters[0].wire_bytes > 40'000);
  CHECK(into.used_bytes() < 2000);
  CHECK(into.memory_bytes() >= into.used_bytes());
  CHECK(into.message_of(into.letters[0]) == into.message_of(into.letters[1]));
}

TEST_CASE("base64 in pieces is base64 at once", "[letters]") {
  CHECK(rc::check([] {
    base64_lines lines;
    std::string encoded;
    std::string all;
    for (const auto& part : *rc::gen::container<std::vector<std::string>>(any_text(2))) {
      lines.append(encoded, part);
      all += part;
    }
    lines.finish(encoded);
    for (std::string_view rest = encoded; !rest.empty(); rest.remove_prefix(rest.find("\r\n") + 2))
      RC_ASSERT(rest.find("\r\n") <= base64_line_octets_max);
    std::erase_if(encoded, [](char one) { return one == '\r' || one == '\n'; });
    RC_ASSERT(encoded == to_base64(all));
  }));
}

TEST_CASE("quoted-printable leaves room for a soft line break wherever it ends", "[letters]") {
  for (std::size_t column = 0; column <= 75; ++column)
    for (const std::string text : {"x", " ", "=", ".", "From me", "\r\n", "é", "xxxx\t"}) {
      std::string encoded;
      const auto behind = append_quoted_printable(encoded, text, column);
      const auto line_begin = encoded.rfind('\n');
      INFO(column << " octets before " << text);
      CHECK(behind <= 75);
      CHECK(behind ==
            (line_begin == std::string::npos ? column + encoded.size() : encoded.size() - line_begin - 1));
    }
}

TEST_CASE("quoted-printable leaves no line to begin with a dot or From", "[letters]") {
  std::string encoded;
  append_quoted_printable(encoded, ".a\r\nFrom me.\r\nFromage\r\n", 0);
  CHECK(encoded == "=2Ea\r\n=46rom me.\r\nFromage\r\n");
  encoded.clear();
  append_quoted_printable(encoded, ".", 75);
  append_quoted_printable(encoded, ".", 1);
  CHECK(encoded == "=\r\n=2E.");
}

} // namespace sluice

TEST_CASE("stuffed dots are left out wherever a message's pieces are cut", "[letters]") {
  const std::string wire = "..\r\n..a\r\n.\r.b.\r\n\r\n...\r\n";
  const std::string message = ".\r\n.a\r\n\r.b.\r\n\r\n..\r\n";
  for (std::size_t cut = 0; cut <= wire.size(); ++cut)
    for (std::size_t again = cut; again <= wire.size(); ++again) {
      std::string found;
      auto is_line_begin = true;
      const auto take = [&found](std::string_view octets) { found += octets; };
      const std::string_view all{wire};
      for (const auto piece : {all.substr(0, cut), all.substr(cut, again - cut), all.substr(again)})
        is_line_begin = sluice::take_unstuffed(piece, is_line_begin, take);
      INFO(cut << ' ' << again);
      CHECK(found == message);
      CHECK(is_line_begin);
    }
}
