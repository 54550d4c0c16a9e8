// The text of any HTML template: it ends, keeps within its bound, and is a template that parses or nothing at all.

#include "actors/letters/html_text.hpp"
#include "actors/letters/letter_template.hpp"
#include "messages/utf8.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string>

using namespace sluice;
using namespace sluice::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto html = as_utf8({reinterpret_cast<const char*>(bytes), size});
  const auto text = text_of_html(html);
  if (text.empty())
    return 0;
  must(is_utf8(text), "the text is UTF-8");
  must(text.size() <= rendered_bytes_max, "the text has a bound");
  must(text.ends_with('\n') || text.ends_with("}}"), "the text ends with a line");
  const std::vector<std::string> columns{"a", "b"};
  const auto made =
      letter_template::parse("text", text, columns, {value_escaping::none, template_lines::crlf});
  static_cast<void>(made);
  return 0;
}
