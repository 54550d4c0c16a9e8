#include "messages/utf8.hpp"

#include "messages/blanks.hpp"
#include "messages/lower_case.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>
#include <rapidcheck.h>

using namespace sluice;

namespace {

/// What another library thinks of the text.
bool is_utf8_elsewhere(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

/// Bytes that lie at the edges of what is well-formed.
std::string any_edge_bytes() {
  const auto byte = rc::gen::element<int>('a', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                          0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF);
  std::string text;
  for (auto count = *rc::gen::inRange(0, 8); count > 0; --count)
    text += static_cast<char>(*byte);
  return text;
}

} // namespace

TEST_CASE("UTF-8 is what RFC 3629 says, as other libraries have it") {
  CHECK(is_utf8("Grüße, 世界 😀"));
  for (const auto* text :
       {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xC3", "\xF0\x9F\x98"})
    CHECK_FALSE(is_utf8(text));
  CHECK(rc::check([] {
    const auto text = any_edge_bytes();
    RC_ASSERT(is_utf8(text) == is_utf8_elsewhere(text));
  }));
}

TEST_CASE("every text can be made UTF-8, and one that is stays as it is") {
  CHECK(rc::check([] {
    const auto text = any_edge_bytes();
    const auto mended = as_utf8(text);
    RC_ASSERT(is_utf8(mended));
    RC_ASSERT((mended == text) == is_utf8(text));
  }));
}

TEST_CASE("a text is quoted for people: short, whole characters, no controls") {
  CHECK(quoted_excerpt("noon") == "\"noon\"");
  CHECK(quoted_excerpt("a\nb\x7F") == "\"a\uFFFDb\uFFFD\"");
  CHECK(quoted_excerpt("жжж", 5) == "\"жж…\"");
  CHECK(quoted_excerpt("жжж", 6) == "\"жжж\"");
  CHECK(rc::check([] {
    const auto text = any_edge_bytes();
    RC_ASSERT(is_utf8(quoted_excerpt(text, *rc::gen::inRange<std::size_t>(0, 9))));
  }));
}

TEST_CASE("blanks are taken off both ends, and no more than were asked for") {
  CHECK(without_blanks(" \r\n a b\t") == "a b");
  CHECK(without_blanks(" \n").empty());
  CHECK(without_blanks("").empty());
  CHECK(without_blanks("\n a ", line_blanks) == "\n a");
}

TEST_CASE("letters of the usual alphabets have their small ones, and nothing else is touched") {
  CHECK(lower_case(U'Z') == U'z');
  CHECK(lower_case(U'Ä') == U'ä');
  CHECK(lower_case(U'×') == U'×');
  CHECK(lower_case(U'Ω') == U'ω');
  CHECK(lower_case(U'Я') == U'я');
  CHECK(lower_case(U'Ё') == U'ё');
  CHECK(lower_case(U'я') == U'я');
  CHECK(lower_case(U'5') == U'5');
}
